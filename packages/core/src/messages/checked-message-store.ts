import { isThenable } from '../listeners/listeners.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { AttemptRecord, MessageRecord } from './message-record.js';
import type { MessageStore } from './message-store.js';

/**
 * A store whose answers are what the port says. It is somebody else's: an answer that is none of the port's fails the
 * operation here, where whoever asked is prepared for that. One that throws rejects: what runs beside it is waited for.
 */
export function checkedMessageStore(store: MessageStore): MessageStore {
  return {
    isShared: store.isShared,
    add: (...args) => checked(() => store.add(...args), isAdded),
    read: (...args) => checked(() => store.read(...args), isRecordOrNone),
    replace: (...args) => checked(() => store.replace(...args), isReplaced),
    link: (...args) => checked(() => store.link(...args), isListOf(isObject)),
    find: (...args) => checked(() => store.find(...args), isTextOrNone),
    claimDue: (...args) => checked(() => store.claimDue(...args), isListOf(isText)),
    isFirst: (...args) => checked(() => store.isFirst(...args), isBoolean),
    forget: (...args) => checked(() => store.forget(...args), isCount),
  };
}

function checked<Answer>(ask: () => Awaitable<Answer>, isAnswer: (answer: unknown) => boolean): Awaitable<Answer> {
  const read = (answer: Answer): Answer => {
    if (!isAnswer(answer)) throw new TypeError('The store answered something else.');
    return answer;
  };
  try {
    const answer = ask();
    return isThenable(answer) ? Promise.resolve(answer).then(read) : read(answer);
  } catch (error) {
    return Promise.reject(error);
  }
}

type Fields<Shape> = { readonly [Name in keyof Shape]?: unknown };

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isListOf(isItem: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(isItem);
}

function isAdded(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { state, id, record }: { state?: unknown; id?: unknown; record?: unknown } = value;
  return state === 'added' || state === 'conflict' || (state === 'held' && isText(id) && isRecordOrNone(record));
}

function isReplaced(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { state, current }: { state?: unknown; current?: unknown } = value;
  return state === 'replaced' || (state === 'outdated' && isRecordOrNone(current));
}

/** As far as whoever works with a record would throw otherwise. */
function isRecordOrNone(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const { id, to, revision, providers, attempts, settled }: Fields<MessageRecord> = value;
  const areTexts = isText(id) && isText(to) && isListOf(isText)(providers);
  return areTexts && isCount(revision) && isListOf(isAttempt)(attempts) && (settled === undefined || isObject(settled));
}

function isAttempt(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { provider, history }: Fields<AttemptRecord> = value;
  return isText(provider) && isListOf(isObject)(history);
}
