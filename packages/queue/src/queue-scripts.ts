import type { Queue } from 'bullmq';
import type { Connection } from './queue-options.js';
import { bullIdOf } from './queued-job.js';

/** What holds a job that waits. */
const lists = ['wait', 'paused'] as const;
const sets = ['delayed', 'prioritized'] as const;

/**
 * Erases a job that waits, if no worker has begun it since it was read: the engine counts each beginning (`ats`), and the
 * worker's lock stands while it runs.
 */
const takeBack = `
if redis.call('EXISTS', KEYS[2]) == 1 or (redis.call('HGET', KEYS[1], 'ats') or '0') ~= ARGV[2] then return 0 end
local found = redis.call('LREM', KEYS[3], 1, ARGV[1]) + redis.call('LREM', KEYS[4], 1, ARGV[1])
found = found + redis.call('ZREM', KEYS[5], ARGV[1]) + redis.call('ZREM', KEYS[6], ARGV[1])
if found == 0 then return 0 end
redis.call('DEL', KEYS[1])
return 1`;

/** Erases a job that has failed. */
const eraseFailed = `
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[1])
return 1`;

/** Changes a job that has failed. */
const changeFailed = `
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[2])
return 1`;

/** Makes a text of a job's data that still is as it was read: the job may have been erased, or mended and enqueued again. */
const makeText = `
if redis.call('HGET', KEYS[1], 'data') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[2], 'opts', '{}')
return 1`;

/** Takes a job back that no worker has begun since it was read. */
export async function takeBackUnbegun(
  connection: Connection,
  queue: Queue,
  key: string,
  attemptsStarted: number,
): Promise<boolean> {
  const id = bullIdOf(key);
  const own = queue.toKey(id);
  const keys = [own, `${own}:lock`, ...[...lists, ...sets].map((name) => queue.toKey(name))];
  return (await connection.eval(takeBack, keys.length, ...keys, id, String(attemptsStarted))) === 1;
}

export async function eraseDead(connection: Connection, queue: Queue, key: string): Promise<boolean> {
  const id = bullIdOf(key);
  return (await connection.eval(eraseFailed, 2, queue.toKey(id), queue.toKey('failed'), id)) === 1;
}

export async function changeDead(connection: Connection, queue: Queue, key: string, data: unknown): Promise<boolean> {
  const id = bullIdOf(key);
  const given = [queue.toKey(id), queue.toKey('failed'), id, JSON.stringify(data)];
  return (await connection.eval(changeFailed, 2, ...given)) === 1;
}

/**
 * The engine reads the JSON of a job before it gives the job to a worker, and takes one with broken JSON over for ever.
 * What stands there becomes a text: a job that no worker can read.
 */
export async function mendBroken(connection: Connection, job: string): Promise<void> {
  // As bytes, to be compared with: what stands there may be no text.
  const [data = null, opts = null] = await connection.hmgetBuffer(job, 'data', 'opts');
  if (data === null || (isJson(data.toString()) && isJson(opts?.toString() ?? '{}', 'object'))) return;
  await connection.eval(makeText, 1, job, data, JSON.stringify(data.toString()));
}

function isJson(text: string, type?: 'object'): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return type === undefined || (typeof value === type && value !== null);
  } catch {
    return false;
  }
}
