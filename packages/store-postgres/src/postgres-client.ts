/**
 * What the stores need of a client: a `Pool` or a connected `Client` of `pg` has it.
 *
 * The stores run single statements over it and nothing else. They neither close nor change it.
 */
export interface PostgresClient {
  query(statement: PostgresStatement): Promise<PostgresAnswer>;
}

/** A statement, as `pg` takes it. */
export interface PostgresStatement {
  readonly text: string;
  readonly values?: unknown[];
  /** The server keeps a statement that has a name, for each connection. */
  readonly name?: string;
  readonly rowMode?: 'array';
  /** Everything is read as text, whatever parsers the app has set for all of `pg`. */
  readonly types?: { getTypeParser(): (text: string) => string };
}

/** What `pg` answers. */
export interface PostgresAnswer {
  readonly rows: readonly unknown[];
}
