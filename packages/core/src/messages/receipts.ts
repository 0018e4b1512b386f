import type { Accepted } from '../contract/outcomes.js';
import type { Delivered } from '../delivery/router.js';
import type { Receipt } from '../delivery/send-request.js';
import type { Attempt } from '../errors/sms-error.js';
import type { AttemptRecord, MessageRecord } from './message-record.js';
import { outcomeOf } from './message-state.js';

/** @throws SmsError if nobody took it */
export function receiptOfDelivery(id: string, { attempts, accepted, error }: Delivered): Receipt {
  if (error !== undefined) throw error;
  return receipt(id, attempts.at(-1)?.provider ?? '', accepted ?? {}, attempts);
}

/** The receipt of a message that a provider has taken, also if that became known later. */
export function receiptOfRecord({ id, attempts }: MessageRecord): Receipt {
  const taken = attempts.findLast((each) => outcomeOf(each, true) === 'accepted');
  const last = taken?.history.find(({ reference }) => reference !== undefined);
  const accepted = { reference: last?.reference, ...taken?.accepted };
  return receipt(id, taken?.provider ?? '', accepted, attempts.map(attemptOf));
}

/** An attempt as it is known now. Of one whose process died, nobody knows how long it took. */
function attemptOf(known: AttemptRecord): Attempt {
  const outcome = outcomeOf(known, true);
  const { provider, attempt } = known;
  if (outcome === 'accepted') return { provider, outcome, durationMs: attempt?.durationMs ?? 0 };
  if (attempt !== undefined) return { ...attempt };
  return { provider, outcome: outcome === 'not-sent' ? outcome : 'unknown', durationMs: 0 };
}

function receipt(
  id: string,
  provider: string,
  { reference, segments, price }: Omit<Accepted, 'outcome'>,
  attempts: readonly Attempt[],
): Receipt {
  return {
    id,
    provider,
    reference,
    ...(segments === undefined ? {} : { segments }),
    // A copy: the record has the same, and the caller may change it.
    ...(price === undefined ? {} : { price: { ...price } }),
    attempts,
  };
}
