import type { InboundMessage } from '../contract/provider-events.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { MemoryOptOutStore } from './memory-opt-out-store.js';
import { withOptOutDefaults } from './opt-out-options.js';
import type { OptOutStore } from './opt-out-store.js';
import { OptOuts } from './opt-outs.js';

export const now = Date.UTC(2026, 0, 2);
export const number = '+12065550100';
export const person = '+14255550123';

/** Opt-outs over a store: what people say, and who is blocked. */
export function optOutsOver(store: OptOutStore = new MemoryOptOutStore(), keyOf = (text: string) => text) {
  const { words } = withOptOutDefaults({});
  const optOuts = new OptOuts({ store, words, reports: true, keyOf, now: () => now });
  const say = (text: string, more: Partial<InboundMessage> = {}, provider = 'twilio') =>
    optOuts.apply(provider, { kind: 'inbound', from: person, to: number, text, ...more }, new ManualDeadline());
  const blocked = async (senderId?: string, to = person, providers = ['twilio', 'vonage']) => [
    ...(await optOuts.blockedProviders({ to: parsePhoneNumber(to), senderId, providers }, new ManualDeadline())),
  ];
  return { optOuts, store, say, blocked };
}
