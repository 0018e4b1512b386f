import { describe, expect, it } from 'vitest';
import { readEvent } from './read-event.js';

const report = { kind: 'report', reference: 'ref-1', state: 'delivered' } as const;
const inbound = { kind: 'inbound', from: '+8613800138000', to: '95555', text: 'STOP' } as const;

describe('a report', () => {
  it('is what it says, and nothing else', () => {
    const whole = {
      ...report,
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      to: '+8613800138000',
      state: 'undelivered',
      reason: 'unreachable',
      providerCode: '30003',
      at: 1_700_000_000_000,
      segments: 2,
      price: { amount: '0.00750', currency: 'USD' },
    };
    expect(readEvent({ ...whole, extra: 'canary', price: { ...whole.price, extra: 'canary' } })).toEqual(whole);
    expect(readEvent(report)).toEqual(report);
    expect(Object.keys(readEvent({ ...report, id: undefined, at: undefined }) ?? {})).toEqual(Object.keys(report));
  });

  it.each(['delivered', 'undelivered', 'rejected', 'expired', 'sent', 'queued'])('has a state of ours: %s', (state) => {
    expect(readEvent({ ...report, state })).toMatchObject({ state });
  });

  it.each([undefined, null, 'DELIVERED', 'toString', '__proto__', 'unknown', 1, {}])(
    'is none with another state: %j',
    (state) => {
      expect(readEvent({ ...report, state })).toBe(undefined);
    },
  );

  it('needs something by which its message is found', () => {
    for (const reference of [undefined, '', {}, 'x'.repeat(257), 'a\nb', 'a\0b', '\ud800', true]) {
      expect(readEvent({ ...report, reference })).toBe(undefined);
      expect(readEvent({ ...report, reference, id: 'id-1' })).toEqual({
        kind: 'report',
        id: 'id-1',
        state: 'delivered',
      });
    }
    expect(readEvent({ ...report, reference: 123 })).toMatchObject({ reference: '123' });
    expect(readEvent({ ...report, reference: 2n ** 64n })).toMatchObject({ reference: '18446744073709551616' });
  });

  it('is for a phone or for any: one whose phone cannot be read is none', () => {
    expect(readEvent({ ...report, to: '+86 138 0013 8000' })).toMatchObject({ to: '+8613800138000' });
    expect(readEvent({ ...report, to: null })).toEqual(report);
    for (const to of ['13800138000', '', '+1', 8613800138000, {}]) expect(readEvent({ ...report, to })).toBe(undefined);
  });

  it('loses what it need not have, if that is not what it must be', () => {
    for (const reason of ['toString', 'other reasons', 7, {}]) expect(readEvent({ ...report, reason })).toEqual(report);
    for (const at of [-1, Number.NaN, 1e17, '2026', new Date()]) expect(readEvent({ ...report, at })).toEqual(report);
    for (const segments of [-1, Number.NaN, 256, '2']) expect(readEvent({ ...report, segments })).toEqual(report);
    for (const price of [7, '7', { amount: 7, currency: 'USD' }, { amount: '7', currency: 'usd' }, { amount: '1e9' }]) {
      expect(readEvent({ ...report, price })).toEqual(report);
    }
    for (const providerCode of [{}, [], '', 'a\r\nb', 'x'.repeat(257)]) {
      expect(readEvent({ ...report, providerCode })).toEqual(report);
    }
    expect(readEvent({ ...report, at: 1.5, segments: 1.5 })).toEqual({ ...report, at: 1, segments: 1 });
  });

  it('may say the least and the most that there is', () => {
    for (const most of [
      { at: 0, segments: 0 },
      { at: 8.64e15, segments: 255, providerCode: 'x'.repeat(256) },
    ]) {
      expect(readEvent({ ...report, ...most })).toEqual({ ...report, ...most });
    }
  });
});

describe('an inbound message', () => {
  it('is what it says, and nothing else', () => {
    for (const optOut of ['stop', 'start']) {
      const whole = { ...inbound, reference: 'in-1', at: 1, optOut };
      expect(readEvent({ ...whole, extra: 'canary' })).toEqual(whole);
    }
    expect(readEvent({ ...inbound, text: '' })).toEqual({ ...inbound, text: '' });
    expect(readEvent({ ...inbound, optOut: 'maybe' })).toEqual(inbound);
  });

  it('may come from what is no phone, such as a service with a short code', () => {
    for (const from of ['95555', '10690123', 'ACME']) {
      expect(readEvent({ ...inbound, from })).toEqual({ ...inbound, from });
    }
  });

  it('comes from a phone, to what we are called there, with a text', () => {
    expect(readEvent({ ...inbound, to: 'ACME Bank' })).toMatchObject({ to: 'ACME Bank' });
    expect(readEvent({ ...inbound, from: '+1 (555) 010-0000' })).toMatchObject({ from: '+15550100000' });
    const longest = { ...inbound, text: 'x'.repeat(255 * 153) };
    expect(readEvent(longest)).toEqual(longest);
    for (const from of [undefined, null, '', 'a\n', {}, '+1', '8613800138000', '06 12'])
      expect(readEvent({ ...inbound, from })).toBe(undefined);
    for (const to of [undefined, '', 'x'.repeat(257), 'a\nb']) expect(readEvent({ ...inbound, to })).toBe(undefined);
    for (const text of [undefined, null, 7, 'x'.repeat(255 * 153 + 1)]) {
      expect(readEvent({ ...inbound, text })).toBe(undefined);
    }
  });

  it('has whole characters', () => {
    expect(readEvent({ ...inbound, text: 'a\ud83d' })).toMatchObject({ text: 'a\ufffd' });
    expect(readEvent({ ...inbound, text: 'line\n\ud83d\ude00' })).toMatchObject({ text: 'line\n\ud83d\ude00' });
  });
});

describe('what is no event', () => {
  it.each([undefined, null, 7, 'report', [], {}, { kind: 'settled' }, { ...report, kind: 'reports' }])(
    '%j',
    (value) => {
      expect(readEvent(value)).toBe(undefined);
    },
  );
});
