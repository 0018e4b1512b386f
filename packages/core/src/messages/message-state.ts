import type { MessageState, UndeliveredReason } from '../contract/provider-events.js';
import type { AttemptRecord, MessageRecord } from './message-record.js';

/** What is known of one attempt: `pending` while its call may still run. */
export type AttemptOutcome = 'pending' | 'accepted' | 'refused' | 'not-sent' | 'unknown';

/** What decides between attempts: a phone that has the message outweighs everything, one that may get it all failures. */
const order: readonly MessageState[] = [
  'delivered',
  'sending',
  'sent',
  'queued',
  'accepted',
  'unknown',
  'undelivered',
  'rejected',
  'expired',
  'refused',
  'not-sent',
];

/**
 * What became of an attempt. A report proves that the vendor took the message, whatever was known before; then counts
 * what a look-up has proved, and then what the call learnt.
 */
export function outcomeOf({ history, lookups, attempt }: AttemptRecord, isOver: boolean): AttemptOutcome {
  if (history.length > 0) return 'accepted';
  const known = attempt?.outcome;
  if (known === undefined || known === 'unknown') return lookups?.proves ?? known ?? (isOver ? 'unknown' : 'pending');
  return known;
}

/** The state of a message: a pure projection of its attempts, with the attempt that decides, if one does. */
export function stateOf(
  record: MessageRecord,
  now: number,
): { readonly state: MessageState; readonly by: AttemptRecord | undefined } {
  const isOver = record.settled !== undefined || now >= record.settlesBy;
  let state = restState(record, isOver);
  let by: AttemptRecord | undefined;
  for (const attempt of record.attempts) {
    const candidate = attemptState(attempt, isOver);
    if (order.indexOf(candidate) > order.indexOf(state) || (candidate === state && by !== undefined)) continue;
    state = candidate;
    by = attempt;
  }
  return { state, by };
}

/** What is true of the providers that have no attempt here: a call that runs may ask them, one that died may have. */
function restState({ settled, attempts, providers }: MessageRecord, isOver: boolean): MessageState {
  if (settled !== undefined) return attempts.length === 0 ? settled.outcome : 'not-sent';
  if (!isOver) return 'sending';
  // One of which nobody knows outweighs this by itself.
  const isKnown = (id: string) => attempts.some((each) => each.provider === id);
  return providers.length > 0 && providers.every(isKnown) ? 'not-sent' : 'unknown';
}

function attemptState(attempt: AttemptRecord, isOver: boolean): MessageState {
  const outcome = outcomeOf(attempt, isOver);
  if (outcome === 'pending') return 'sending';
  return outcome === 'accepted' ? (attempt.history[0]?.state ?? 'accepted') : outcome;
}

/** Why it was not delivered, in our words and in the vendor's. */
export function failureOf(attempt: AttemptRecord | undefined): {
  readonly reason?: UndeliveredReason | undefined;
  readonly providerCode?: string | undefined;
} {
  const top = attempt?.history[0];
  const providerCode = top === undefined ? attempt?.attempt?.providerCode : top.providerCode;
  return {
    ...(top?.reason === undefined ? {} : { reason: top.reason }),
    ...(providerCode === undefined ? {} : { providerCode }),
  };
}
