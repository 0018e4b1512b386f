import { describe, expect, it } from 'vitest';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { CircuitBreakerOptions } from '../delivery/circuits/circuit-breaker-options.js';
import { accepted, notSent } from '../provider-kit/outcomes.js';
import { createSmsClient } from './sms-client.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const sends = isLong ? 100_000 : 10_000;

function instant(id: string, send: SmsProvider['send']): SmsProvider {
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    send,
    close: async () => {},
  };
}

describe('a first provider that is dead before the write', () => {
  it.each<[string, CircuitBreakerOptions, number]>([
    ['with the usual circuit', {}, 50],
    ['with a circuit that probes all the time', { openMs: 1, maxOpenMs: 1 }, 50],
    [
      'with a circuit that never opens, and thousands of calls at once',
      { minimumCalls: 100_000, consecutiveFailures: 100_000 },
      sends / 10,
    ],
  ])('loses less than one message in ten thousand %s', async (_, breaker, inFlight) => {
    const arrivals = new Map<string, number>();
    await using client = createSmsClient({
      providers: [
        instant('dead', async () => notSent('network_error', 'Nobody listens there.')),
        instant('second', async (message) => {
          if (message.kind === 'text') arrivals.set(message.text, (arrivals.get(message.text) ?? 0) + 1);
          return accepted();
        }),
      ],
      breaker,
    });
    let taken = 0;
    let next = 0;
    const worker = async () => {
      while (next < sends) {
        const text = `message ${next}`;
        next += 1;
        const { provider } = await client.send({ to: '+8613800138000', text }).catch(() => ({ provider: 'none' }));
        if (provider === 'second') taken += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    expect(taken / sends).toBeGreaterThanOrEqual(0.9999);
    expect(arrivals.size).toBe(taken);
    expect(new Set(arrivals.values())).toEqual(new Set([1]));
  });
});
