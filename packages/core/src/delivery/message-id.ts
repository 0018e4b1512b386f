import { v7 } from 'uuid';

/** A new id: a UUID of version 7 (RFC 9562). Ids sort by the time at which they were made. */
export function newMessageId(): string {
  return v7();
}
