import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { client, failureOf, fake, hello } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import { TransportError } from '../errors/foreign-error.js';
import { readOutcome } from './read-outcome.js';

const read = (value: unknown) => readOutcome('send', value as SendOutcome);
const failing = { outcome: 'refused', code: 'rate_limited', message: 'Slow down.' } as const;
const none = {
  outcome: 'unknown',
  code: 'invalid_response',
  message: 'The provider answered with something that is no outcome: a bug in the provider.',
};
const trap = () => {
  throw new Error('canary');
};

describe('the outcome of a provider', () => {
  it('is plain data from here on: a field that a vendor has made something else of is left out', () => {
    const odd = { toString: 1, valueOf: 1 };
    for (const providerCode of [odd, Object.create(null), { toString: trap }, [], true, Symbol('canary')]) {
      expect(read({ ...failing, providerCode })).toEqual(failing);
    }
    for (const retryAfterMs of [10n, 'soon', -5, Number.NaN, Symbol('canary'), {}]) {
      expect(read({ ...failing, retryAfterMs })).toEqual(failing);
    }
    expect(read({ ...failing, retryAfterMs: Number.POSITIVE_INFINITY })).toEqual({
      ...failing,
      retryAfterMs: 2_147_483_647,
    });
    expect(read({ ...failing, providerCode: 470 })).toEqual({ ...failing, providerCode: '470' });
    expect(read({ outcome: 'accepted', reference: { id: 7 } })).toEqual({ outcome: 'accepted' });
    expect(read({ outcome: 'accepted', reference: 7n })).toEqual({ outcome: 'accepted', reference: '7' });
  });

  it('counts checks in whole numbers from 0 on', () => {
    const left = (checksLeft: unknown) => readOutcome('check', { outcome: 'incorrect', checksLeft } as never);
    for (const odd of [-7, 'x', 3n, Number.NaN]) expect(left(odd)).toEqual({ outcome: 'incorrect' });
    expect(left(2.5)).toEqual({ outcome: 'incorrect', checksLeft: 2 });
  });

  it('has a code of ours: any other is an unrecognized one', () => {
    for (const code of ['toString', 'x\nINFO admin approved', 'y'.repeat(1_000_000)]) {
      expect(read({ ...failing, code })).toEqual({ ...failing, code: 'unrecognized_provider_code' });
    }
  });

  it('says it in one line', () => {
    expect(read({ ...failing, message: 'No.\n    at canary (x.js:1:1)' })).toMatchObject({
      message: 'No. at canary (x.js:1:1)',
    });
  });

  it('keeps of a cause what is safe: the transport’s own, or a kind, a code and places', () => {
    const ours = new TransportError('Error', 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1');
    expect(read({ ...failing, cause: ours })).toMatchObject({ cause: ours });
    class Chatty extends Error {
      override readonly name = 'Chatty';
      readonly code = 'ECONNRESET';
      readonly secret = 'canary';
    }
    const outcome = read({ ...failing, cause: new Chatty('canary') });
    expect(outcome).toMatchObject({ cause: { name: 'Chatty', code: 'ECONNRESET' } });
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain("'canary'");
    expect(
      read({
        ...failing,
        cause: {
          get code() {
            return trap();
          },
        },
      }),
    ).toMatchObject({ cause: { name: 'Error' } });
  });

  it('is none if reading it throws', () => {
    for (const field of ['outcome', 'code', 'message', 'providerCode', 'retryAfterMs', 'cause']) {
      expect(read(Object.defineProperty({ ...failing }, field, { get: trap, enumerable: true }))).toEqual(none);
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(read(proxy)).toEqual(none);
  });
});

describe('a call of a provider that answers odd things', () => {
  it.each<[string, object]>([
    ['a vendor code that cannot be made a text', { ...failing, providerCode: { toString: 1, valueOf: 1 } }],
    ['a wait that is no number', { ...failing, retryAfterMs: 10n }],
    ['a code that is none', { ...failing, code: 'toString' }],
    ['a getter that throws', Object.defineProperty({ ...failing }, 'cause', { get: trap, enumerable: true })],
  ])('settles with an SmsError: %s', async (_name, answer) => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const sms = client([fake('a', [answer as SendOutcome])]);
    const error = await failureOf(sms.send(hello));
    expect(inspect([error, error.toJSON(), sms.health()], { depth: 9 })).not.toMatch(/canary|NaN|function/);
    expect(Object.keys(sms.health()['a']?.refusals ?? {}).every((code) => /^[a-z_]+$/.test(code))).toBe(true);
    warnings.mockRestore();
  });
});
