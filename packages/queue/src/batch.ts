import type { Connection, QueuePlace } from './queue-options.js';

/** How far a batch of messages is. */
export interface BatchFigures {
  /** Messages that were put into the queue with this batch, each key once. */
  readonly total: number;
  /** Waiting, scheduled, running, or not known yet. */
  readonly open: number;
  /** A provider has them. */
  readonly done: number;
  /** Dead letters, also those that were discarded. */
  readonly dead: number;
  readonly canceled: number;
}

export type BatchState = 'open' | 'done' | 'dead' | 'canceled';

/** From its last change. */
const keepMs = 30 * 24 * 3_600_000;
const mostAtOnce = 1_000;

/**
 * Each message has one state, so that whatever is told twice counts once. What `first` begins
 * keeps the state that it has, unless it had been canceled.
 */
const note = `
for index = 4, #ARGV do
  local field = 'm:' .. ARGV[index]
  local before = redis.call('HGET', KEYS[1], field)
  if before ~= ARGV[1] and (ARGV[2] ~= 'first' or not before or before == 'canceled') then
    if before then redis.call('HINCRBY', KEYS[1], before, -1) end
    redis.call('HSET', KEYS[1], field, ARGV[1])
    redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

type Place = Pick<QueuePlace, 'connection' | 'name' | 'prefix'>;

function keyOf({ name, prefix }: Place, batch: string): string {
  return `${prefix}:${name}-batch:${encodeURIComponent(batch)}`;
}

async function tell(place: Place, batch: string, given: readonly string[], ids: readonly string[]): Promise<void> {
  const { connection }: { connection: Connection } = place;
  const key = keyOf(place, batch);
  for (let first = 0; first < ids.length; first += mostAtOnce) {
    await connection.eval(note, 1, key, ...given, String(keepMs), ...ids.slice(first, first + mostAtOnce));
  }
}

/** Messages that are about to be put in. One that is known keeps its state, unless it was canceled. */
export function beginBatch(place: Place, batch: string, ids: readonly string[]): Promise<void> {
  return tell(place, batch, ['open', 'first'], ids);
}

/** May be told again. */
export function noteInBatch(place: Place, batch: string, state: BatchState, id: string): Promise<void> {
  return tell(place, batch, [state, 'change'], [id]);
}

export async function batchFigures(place: Place, batch: string): Promise<BatchFigures | undefined> {
  const states = ['open', 'done', 'dead', 'canceled'] as const;
  const counts = await place.connection.hmget(keyOf(place, batch), ...states);
  if (counts.every((count) => count === null)) return undefined;
  const [open = 0, done = 0, dead = 0, canceled = 0] = counts.map(Number);
  return { total: open + done + dead + canceled, open, done, dead, canceled };
}
