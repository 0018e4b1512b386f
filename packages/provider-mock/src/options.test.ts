import { describe, expect, it } from 'vitest';
import { mock } from './mock.js';
import type { MockOptions } from './options.js';

describe('mock()', () => {
  it('is called mock, and does everything, by default', () => {
    const { id, sends, specification, verification } = mock();
    expect({ id, sends, specification }).toEqual({
      id: 'mock',
      sends: { text: true, template: true, senderId: true },
      specification: 'v1',
    });
    expect(verification).toEqual({
      limits: { maxChecks: 5, lifetimeMs: 300_000 },
      start: expect.any(Function),
      check: expect.any(Function),
    });
  });

  it.each<[string, MockOptions]>([
    ['id: expected a name', { id: '' }],
    ['sends.text: expected true or false', { sends: { text: 'yes' as unknown as boolean } }],
    ['latencyMs: expected whole milliseconds', { latencyMs: -1 }],
    ['latencyMs: expected whole milliseconds', { latencyMs: 2 ** 31 }],
    ['latencyMs: expected min to be at most max', { latencyMs: { min: 9, max: 3 } }],
    ['seed: expected a 32-bit integer', { seed: 0.5 }],
    ['clock: expected an object with now()', { clock: 5 as unknown as { now(): number } }],
    ['codeLength: expected a whole number of digits from 4 to 10', { codeLength: 3 }],
    ['codeLifetimeMs: expected whole milliseconds', { codeLifetimeMs: 0 }],
    ['maxChecks: expected a whole number of checks', { maxChecks: 0 }],
    ['maxPerSecond: must be a number above 0', { maxPerSecond: 0 }],
    ['maxPerSecond: expected a number', { maxPerSecond: '10' as unknown as number }],
    ['burst: must be a whole number from 1', { maxPerSecond: 10, burst: 2.5 }],
    ['burst: belongs to maxPerSecond', { burst: 2 }],
    ['webhooks.secret: expected a secret that is not empty', { webhooks: { secret: '' } }],
    ['webhooks: expected false, or an object with secret only', { webhooks: true as unknown as false }],
    ['events: expected true or false', { events: 1 as unknown as boolean }],
    ['lookup: expected true or false, or an object', { lookup: 1 as unknown as boolean }],
    ['lookup.visibleAfterMs: expected whole milliseconds', { lookup: { visibleAfterMs: -1 } }],
    ['acceptedWith.segments: expected a whole number', { acceptedWith: { segments: 1.5 } }],
    ['acceptedWith.price.currency: expected an ISO 4217', { acceptedWith: { price: { amount: '1', currency: 'e' } } }],
    ['a mock that does something', { sends: { text: false, template: false }, verification: false }],
    ['latency: expected an object with the options of MockOptions only', { latency: 5 } as MockOptions],
  ])('refuses options that cannot work: %s', (message, options) => {
    expect(() => mock(options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });
});
