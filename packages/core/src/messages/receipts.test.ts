import { describe, expect, it } from 'vitest';
import { SmsError } from '../errors/sms-error.js';
import type { AttemptRecord } from './message-record.js';
import { recordOf } from './message-stores.test.fixture.js';
import { receiptOfDelivery, receiptOfRecord } from './receipts.js';

const told = (provider: string, outcome: 'accepted' | 'refused' | 'unknown') => ({ provider, outcome, durationMs: 7 });
const price = { amount: '0.1', currency: 'EUR' };

describe('the receipt of a delivery', () => {
  it('is what the provider that took it said', () => {
    const attempts = [told('a', 'refused'), told('b', 'accepted')];
    const accepted = { outcome: 'accepted', reference: 'r', segments: 2, price } as const;
    const receipt = receiptOfDelivery('m', { attempts, accepted, error: undefined });
    expect(receipt).toStrictEqual({ id: 'm', provider: 'b', reference: 'r', segments: 2, price, attempts });
    // The record has the same price, and the caller may change this one.
    expect(receipt.price).not.toBe(price);
    const silent = receiptOfDelivery('m', { attempts, accepted: { outcome: 'accepted' }, error: undefined });
    expect(silent).toStrictEqual({ id: 'm', provider: 'b', reference: undefined, attempts });
  });

  it('that nobody took is its error', () => {
    const error = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'Lost.' });
    expect(() => receiptOfDelivery('m', { attempts: [], accepted: undefined, error })).toThrow(error);
  });
});

describe('the receipt of a record', () => {
  const receiptWith = (...attempts: AttemptRecord[]) => receiptOfRecord(recordOf({ attempts }));

  it('is what its last taker said, with copies of the attempts', () => {
    const attempt = told('a', 'refused');
    const receipt = receiptWith(
      { provider: 'a', history: [], attempt },
      { provider: 'b', history: [], attempt: told('b', 'accepted'), accepted: { reference: 'r', segments: 2, price } },
    );
    expect(receipt).toStrictEqual({
      id: 'message-1',
      provider: 'b',
      reference: 'r',
      segments: 2,
      price,
      attempts: [attempt, told('b', 'accepted')],
    });
    expect(receipt.attempts[0]).not.toBe(attempt);
  });

  it('that became known later has the name by which a report told of it', () => {
    const receipt = receiptWith({
      provider: 'a',
      history: [{ state: 'delivered' }, { state: 'sent', reference: 'r' }, { state: 'queued', reference: 's' }],
      attempt: told('a', 'unknown'),
    });
    expect(receipt).toStrictEqual({
      id: 'message-1',
      provider: 'a',
      reference: 'r',
      attempts: [{ provider: 'a', outcome: 'accepted', durationMs: 7 }],
    });
  });

  it('whose process died tells of each attempt what is known now, and no time', () => {
    const lookups = { asked: 1, at: 1 } as const;
    const { attempts, provider } = receiptWith(
      { provider: 'a', history: [], lookups: { ...lookups, last: 'absent', proves: 'not-sent' } },
      { provider: 'b', history: [], lookups: { ...lookups, last: 'inconclusive' } },
      { provider: 'c', history: [], lookups: { ...lookups, last: 'found', proves: 'accepted' } },
    );
    expect(provider).toBe('c');
    expect(attempts).toStrictEqual([
      { provider: 'a', outcome: 'not-sent', durationMs: 0 },
      { provider: 'b', outcome: 'unknown', durationMs: 0 },
      { provider: 'c', outcome: 'accepted', durationMs: 0 },
    ]);
  });
});
