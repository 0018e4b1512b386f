import type { JobLane } from '@polysms/core/jobs';
import { SmsError } from '@polysms/core/stores';
import type { Cluster, Redis } from 'ioredis';

/** A `Redis` or `Cluster` of ioredis 5 or 6, without a `keyPrefix`: made, watched and closed by the app. */
export type Connection = Redis | Cluster;

/** Where a queue is. Whoever enqueues and whoever works must agree on it. */
export interface QueueOptions {
  readonly connection: Connection;
  /** The name of the queue: 1 to 64 characters of `A-Z a-z 0-9 _ -`. Default `polysms`. */
  readonly name?: string | undefined;
  /**
   * What every key in Redis begins with, 1 to 64 characters of `A-Z a-z 0-9 : _ -`, with braces around all of it in a
   * cluster: `{polysms}`. Default `polysms-queue`, in a cluster `{polysms-queue}`.
   */
  readonly prefix?: string | undefined;
}

/** {@link QueueOptions} with every default filled in. */
export interface QueuePlace {
  readonly connection: Connection;
  readonly name: string;
  readonly prefix: string;
}

const names = /^[A-Za-z0-9_-]{1,64}$/;
const prefixes = /^(?:[A-Za-z0-9:_-]{1,64}|\{[A-Za-z0-9:_-]{1,64}\})$/;

/** @throws SmsError `configuration_invalid` */
export function readPlace(caller: string, options: QueueOptions): QueuePlace {
  if (typeof options !== 'object' || options === null) throw invalid(`${caller} takes an object with a connection.`);
  const { connection, name = 'polysms' } = options;
  if (typeof connection?.defineCommand !== 'function') {
    throw invalid(`${caller}: connection must be a Redis or Cluster of ioredis; make one with new Redis(url).`);
  }
  const { isCluster } = connection;
  const keyPrefix: unknown = connection.options.keyPrefix;
  if (keyPrefix !== undefined && keyPrefix !== '') {
    throw invalid(`${caller}: connection must have no keyPrefix, which BullMQ cannot use; set prefix instead.`);
  }
  if (typeof name !== 'string' || !names.test(name)) {
    throw invalid(`${caller}: name must be one to sixty-four letters, digits, underscores or hyphens.`);
  }
  const prefix = options.prefix ?? (isCluster ? '{polysms-queue}' : 'polysms-queue');
  if (typeof prefix !== 'string' || !prefixes.test(prefix)) {
    throw invalid(`${caller}: prefix must be one to sixty-four letters, digits, colons, underscores or hyphens.`);
  }
  if (isCluster && !prefix.startsWith('{')) {
    throw invalid(
      `${caller}: prefix must have braces around it in a cluster, so that one node holds the queue's keys.`,
    );
  }
  return { connection, name, prefix };
}

/**
 * A connection with `lazyConnect`, and each copy of it, as the engine is to have it: already connecting. One that the engine
 * begins itself it gives up for ever if Redis is away at that moment; ioredis goes on trying.
 */
export function connecting<Given extends Connection>(connection: Given): Given {
  if (!isLazy(connection)) return connection;
  if (connection.status === 'wait') connection.connect().catch(() => {});
  const copy = (...given: unknown[]) => connecting(Reflect.apply(connection.duplicate, connection, given));
  return new Proxy(connection, {
    get: (target, name) => (name === 'duplicate' ? copy : Reflect.get(target, name)),
  });
}

function isLazy({ options }: Connection): boolean {
  // In a cluster the nodes have an option of their own, which says nothing about the whole.
  return 'lazyConnect' in options && options.lazyConnect === true;
}

/** The queue of BullMQ for each lane. Lanes are apart, so that no campaign takes the turn of a code. */
export function queueNameOf(name: string, lane: JobLane | 'upkeep'): string {
  return `${name}-${lane}`;
}

export function invalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

/** @throws SmsError `configuration_invalid` */
export function checkWhole(field: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
  throw invalid(`${field} must be a whole number from ${least} to ${most}.`);
}
