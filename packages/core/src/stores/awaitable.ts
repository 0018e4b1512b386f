/** What a store answers: at once, as one in memory can, or later. */
export type Awaitable<Value> = Value | Promise<Value>;
