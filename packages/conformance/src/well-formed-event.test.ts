import type { ProviderEvent } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { demandWellFormedEvent } from './well-formed-event.js';

const report = { kind: 'report', reference: 'a', state: 'sent' };
const inbound = { kind: 'inbound', from: '+8613800138000', to: '10690', text: '' };
const price = { amount: '0.0075', currency: 'USD' };

describe('demandWellFormedEvent()', () => {
  it.each([
    report,
    inbound,
    { ...report, id: 'b', to: '+8613800138000', reason: 'other', providerCode: '1', at: 0, segments: 1, price },
  ])('takes %o', (event) => {
    expect(() => demandWellFormedEvent('read()', event as ProviderEvent)).not.toThrow();
  });

  it.each([
    [/is no event/u, null],
    [/is no event/u, { ...report, kind: 'news' }],
    [/neither an id nor a reference/u, { kind: 'report', state: 'sent' }],
    [/id is no text/u, { ...report, id: 5 }],
    [/reference is empty/u, { ...report, reference: '' }],
    [/to is no phone number/u, { ...report, to: '13800138000' }],
    [/state is no text/u, { kind: 'report', reference: 'a' }],
    [/the state "toString"/u, { ...report, state: 'toString' }],
    [/the reason "constructor"/u, { ...report, reason: 'constructor' }],
    [/at is null/u, { ...report, at: Number.NaN }],
    [/segments is "2"/u, { ...report, segments: '2' }],
    [/the price/u, { ...report, price: { amount: 0.0075, currency: 'USD' } }],
    [/the price/u, { ...report, price: null }],
    [/from is no phone number/u, { ...inbound, from: '8613800138000' }],
    [/text is no text/u, { kind: 'inbound', from: inbound.from, to: '10690' }],
  ])('says what is wrong: %s', (message, event) => {
    expect(() => demandWellFormedEvent('read()', event as ProviderEvent)).toThrow(message);
  });
});
