import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes for many ids: one call for each id costs more than all else that a send does in memory. */
const pool = new Uint8Array(16 * 256);
let used = pool.length;

/** A new id: a UUID of version 7 (RFC 9562). Ids sort by the millisecond in which they were made. */
export function newMessageId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return v7({ random: pool.slice(used - 16, used) });
}
