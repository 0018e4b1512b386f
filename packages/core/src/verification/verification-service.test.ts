import { expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { CodeSecrets } from './code-secrets.js';
import { MemoryVerificationStore } from './memory-verification-store.js';
import { withDefaults } from './verification-options.js';
import type { CodeSender, SendInput, VerificationSender } from './verification-sender.js';
import { VerificationService } from './verification-service.js';

it.each<[string, CodeSender['codes'], RegExp]>([
  ['a code if a provider carries ours', 'local', /^\d{6}$/],
  ['no code if all make their own', 'issued', /^undefined$/],
])('whoever sends is given %s', async (_, codes, expected) => {
  const orders: SendInput[] = [];
  const sender: Pick<VerificationSender, 'plan' | 'check'> = {
    plan: () => ({
      senders: [{ provider: 'a', codes }],
      async send(order) {
        orders.push(order);
        return {
          attempts: [{ provider: 'a', outcome: 'accepted', durationMs: 1 }],
          accepted: { outcome: 'accepted' },
          error: undefined,
        };
      },
    }),
    check: () => undefined,
  };
  const service = new VerificationService({
    options: withDefaults({}),
    sender,
    store: new MemoryVerificationStore(),
    secrets: new CodeSecrets(undefined, ''),
  });
  const to = parsePhoneNumber('+8613800138000');
  await service.start({ to, purpose: 'login', locale: undefined, via: undefined }, deadlineAfter(1_000));
  expect(orders.map(({ code }) => String(code))).toEqual([expect.stringMatching(expected)]);
});
