import { describe, expect, it } from 'vitest';
import type { BoxMessage, BoxReport, ConversationEntry } from '../../../control/contract.js';
import { entryKey, withArrivals, withEntries, withNewer, withReports } from './arrivals.js';

function message(id: number, to: string): ConversationEntry & { readonly direction: 'in' } {
  const content: BoxMessage = {
    id: String(id),
    vendor: 'tiny',
    vendorTitle: 'Tiny SMS',
    to,
    text: `Message ${id}`,
    segments: 1,
    encoding: 'GSM-7',
    receivedAt: id,
  };
  return { direction: 'in', message: content };
}

function reply(id: number, from: string): ConversationEntry {
  const content = { vendor: 'tiny', from, to: '12345', text: 'STOP', at: id, messageId: '1' };
  return { direction: 'out', reply: { id: String(id), ...content, status: 'taken', attempts: [] } };
}

const report = (messageId: string, status: BoxReport['status']): BoxReport => ({
  id: '1',
  messageId,
  vendor: 'tiny',
  state: 'delivered',
  status,
  at: 1,
  attempts: [],
});

describe('arrivals', () => {
  it('bring phones to the front, the last one first, and count', () => {
    const phones = withArrivals([], [message(1, '+1'), message(2, '+2'), message(3, '+3')]);
    const after = withArrivals(phones, [message(4, '+1'), reply(5, '+2'), message(6, '+1')]);
    expect(after.map(({ phone, messages, last }) => [phone, messages, last.text])).toEqual([
      ['+1', 3, 'Message 6'],
      ['+2', 2, 'STOP'],
      ['+3', 1, 'Message 3'],
    ]);
  });

  it('are in a conversation once, a message and a reply with the same number included', () => {
    const entries = withEntries([message(1, '+1')], [reply(1, '+1'), message(1, '+1'), message(2, '+1')]);
    expect(entries.map(entryKey)).toEqual(['1', 'reply-1', '2']);
  });

  it('replace what has the same id, in its place', () => {
    const list = [report('1', 'held'), { ...report('2', 'held'), id: '2' }];
    expect(withNewer(list, [report('1', 'taken')]).map(({ status }) => status)).toEqual(['taken', 'held']);
    expect(withNewer(list, [])).toBe(list);
  });

  it('show on a message what its app was told, and nothing that was held back', () => {
    const entries = [message(1, '+1'), reply(1, '+1'), message(2, '+1')];
    const reported = (status: BoxReport['status']) =>
      withReports(entries, [report('2', status)]).map((entry) =>
        entry.direction === 'in' ? entry.message.reported : undefined,
      );
    expect(reported('taken')).toEqual([undefined, undefined, 'delivered']);
    expect(reported('held')).toEqual([undefined, undefined, undefined]);
  });
});
