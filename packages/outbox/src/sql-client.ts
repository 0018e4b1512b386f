/** What the outbox needs of a connection: a `Client`, `PoolClient` or `Pool` of `pg` has it. */
export interface SqlClient {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}
