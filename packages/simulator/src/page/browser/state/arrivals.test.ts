import { describe, expect, it } from 'vitest';
import type { BoxMessage, BoxReport, ConversationEntry } from '../../../control/contract.js';
import { entryKey, isArrival, withArrivals, withEntries, withNewer } from './arrivals.js';

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

const report = (id: string, status: BoxReport['status']): BoxReport => ({
  id,
  messageId: '1',
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
    const list = [report('1', 'held'), report('2', 'held')];
    expect(withNewer(list, [report('1', 'taken')]).map(({ status }) => status)).toEqual(['taken', 'held']);
    expect(withNewer(list, [])).toBe(list);
  });

  it('are what has just come, and not what is told again with a report', () => {
    const { message: told } = message(1, '+1');
    const entries: ConversationEntry[] = [
      message(2, '+1'),
      { direction: 'in', message: { ...told, reported: 'sent' } },
      reply(1, '+1'),
    ];
    expect(entries.map(isArrival)).toEqual([true, false, true]);
    const attempt = { at: 1, url: 'http://127.0.0.1/hooks', status: 200 };
    const answered = reply(1, '+1');
    const again = answered.direction === 'out' ? { ...answered.reply, attempts: [attempt] } : undefined;
    expect(again && isArrival({ direction: 'out', reply: again })).toBe(false);
  });
});
