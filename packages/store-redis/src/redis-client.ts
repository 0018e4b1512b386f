/**
 * What the stores need of a client: a `Redis` or `Cluster` of ioredis has it.
 *
 * The stores run scripts over it and nothing else. They neither close nor change it.
 */
export interface RedisClient {
  /** Whether it is for a cluster, where one script cannot reach the keys of several nodes. */
  readonly isCluster?: boolean | undefined;
  /** The connection, while there is one. Scripts that are run in one turn are held back until it ends, and written together. */
  readonly stream?: { cork(): void; uncork(): void } | undefined;
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}
