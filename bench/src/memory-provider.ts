import { accepted, notSent, type SendOutcome, type SmsProvider } from '@polysms/core/provider-kit';

/** A provider without a vendor: it answers at once and keeps nothing. */
export interface MemoryProvider extends SmsProvider {
  /** Messages that it was handed. */
  readonly calls: number;
}

/** One that takes every message. */
export function healthy(id: string): MemoryProvider {
  return provider(id, accepted());
}

/** One that nobody can reach: every message fails before it is written. */
export function dead(id: string): MemoryProvider {
  return provider(id, notSent('network_error', 'Nobody listens there.'));
}

function provider(id: string, outcome: SendOutcome): MemoryProvider {
  let calls = 0;
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: true, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    async send() {
      calls += 1;
      return outcome;
    },
    async close() {},
    get calls() {
      return calls;
    },
  };
}
