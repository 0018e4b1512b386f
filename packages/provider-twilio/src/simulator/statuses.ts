import type { ReportedState, UndeliveredReason } from '@polysms/core/provider-kit';
import type { PhoneReport } from '@polysms/simulator';

/** Twilio's word for a state. */
export function statusOf(state: ReportedState): string {
  return state === 'rejected' || state === 'expired' ? 'failed' : state;
}

const codes: Readonly<Record<UndeliveredReason, number>> = {
  unknown_subscriber: 30005,
  unreachable: 30003,
  not_mobile: 30006,
  blocked: 30004,
  opted_out: 21610,
  filtered: 30007,
  unregistered_sender: 30034,
  carrier_fault: 30022,
  other: 30008,
};

/** Twilio's error code; undefined for what is no failure. */
export function codeOfReport({
  state,
  reason,
  providerCode,
}: Pick<PhoneReport, 'state' | 'reason' | 'providerCode'>): number | undefined {
  if (state !== 'undelivered' && state !== 'rejected' && state !== 'expired') return undefined;
  if (providerCode !== undefined && /^\d{1,6}$/.test(providerCode)) return Number(providerCode);
  if (state === 'expired') return 30036;
  return reason === undefined ? undefined : codes[reason];
}
