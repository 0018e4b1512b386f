import { parsePhoneNumber } from '../phone/parse.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageRecord } from './message-record.js';
import type { MessageStore } from './message-store.js';

/** A store that answers otherwise in some operations. */
export function storeOver(store: MessageStore, changes: Partial<MessageStore>): MessageStore {
  return {
    isShared: store.isShared,
    add: (...args) => store.add(...args),
    read: (...args) => store.read(...args),
    replace: (...args) => store.replace(...args),
    link: (...args) => store.link(...args),
    find: (...args) => store.find(...args),
    claimDue: (...args) => store.claimDue(...args),
    isFirst: (...args) => store.isFirst(...args),
    forget: (...args) => store.forget(...args),
    ...changes,
  };
}

/** A store all of whose operations do the same. */
export function storeThat(operation: () => Promise<never>): MessageStore {
  const changes = { add: operation, read: operation, replace: operation, link: operation, find: operation };
  return storeOver(new MemoryMessageStore(), {
    ...changes,
    claimDue: operation,
    isFirst: operation,
    forget: operation,
  });
}

export const to = parsePhoneNumber('+8613800138000');

/** A record of a message that is being sent by provider `a` or `b`, with changes. */
export function recordOf(changes: Partial<MessageRecord> = {}): MessageRecord {
  return {
    version: 1,
    id: 'message-1',
    revision: 1,
    kind: 'message',
    to: to.e164,
    createdAt: 1_000_000,
    settlesBy: 1_010_000,
    providers: ['a', 'b'],
    attempts: [],
    ...changes,
  };
}
