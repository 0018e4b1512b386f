/**
 * What the stores need of a client: a `Redis` or `Cluster` of ioredis has it.
 *
 * The stores run scripts over it and nothing else. They neither close nor change it.
 */
export interface RedisClient {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}
