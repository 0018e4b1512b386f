import type { ProviderEvent } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { demandSameEvents } from './same-event.js';

const report = {
  kind: 'report',
  id: 'our-id',
  reference: 'their-id',
  to: '+8613800138000',
  state: 'undelivered',
  reason: 'unreachable',
  at: 60_000,
} as const;
const inbound = { kind: 'inbound', reference: 'a', from: '+8613800138000', to: '10690', text: 'Stop' } as const;

describe('demandSameEvents()', () => {
  it.each<[string, readonly ProviderEvent[]]>([
    ['the same in another order', [inbound, report]],
    ['less, if a vendor tells less', [{ kind: 'report', reference: 'their-id', state: 'undelivered' }, inbound]],
    ['more, if a vendor tells more', [{ ...report, providerCode: '27', segments: 2 }, inbound]],
    ['a report by our id alone', [{ kind: 'report', id: 'our-id', state: 'undelivered' }, inbound]],
  ])('takes %s', (_, events) => {
    expect(() => demandSameEvents('read()', events, [report, inbound])).not.toThrow();
  });

  it.each<[RegExp, readonly ProviderEvent[]]>([
    [/gave 1 events of the 2/u, [report]],
    [/has lost an inbound message/u, [report, report]],
    [/has lost a report/u, [{ ...report, id: 'a', reference: 'b' }, inbound]],
    [/a report with another id/u, [{ ...report, id: 'a' }, inbound]],
    [/a report with another reference/u, [{ ...report, reference: 'b' }, inbound]],
    [/a report with another to/u, [{ ...report, to: '+41791234567' }, inbound]],
    [/a report with another reason/u, [{ ...report, reason: 'blocked' }, inbound]],
    [/a report with another at/u, [{ ...report, at: 28_860_000 }, inbound]],
    [/an inbound message with another to/u, [report, { ...inbound, to: '10691' }]],
  ])('says what is not the same: %s', (message, events) => {
    expect(() => demandSameEvents('read()', events, [report, inbound])).toThrow(message);
  });
});
