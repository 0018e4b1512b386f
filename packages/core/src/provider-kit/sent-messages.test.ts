import { describe, expect, it } from 'vitest';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { accepted, refused, unknown } from './outcomes.js';
import { SentMessages } from './sent-messages.js';

const to = parsePhoneNumber('+4915112345678');
const text = (id: string) => ({ kind: 'text', id, to, text: 'Your code is 1234' }) as const;
const template = { kind: 'template', id: 'a', to, template: 't', params: [] } as const;
const lost = unknown('timeout', 'No answer came in time.');

const send = (sent: SentMessages, message: OutboundMessage, outcome?: SendOutcome, sender = 'Shop') => {
  sent.sending(message, sender);
  if (outcome !== undefined) sent.settled(message.id, outcome);
};

describe('what this process has sent', () => {
  it('is known by the vendor’s id, which is of no other message', () => {
    const sent = new SentMessages();
    send(sent, text('a'), accepted('ref-1'));
    expect([sent.referenceOf('a'), sent.referenceOf('b')]).toEqual(['ref-1', undefined]);
    expect([sent.isOfAnother('ref-1', 'a'), sent.isOfAnother('ref-1', 'b'), sent.isOfAnother('ref-2', 'b')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(sent.isText('a', 'Your code is 1234', 'Shop')).toBe(false);
  });

  it('is known by its text and its sender after an unknown outcome', () => {
    const sent = new SentMessages();
    send(sent, text('a'), lost);
    expect(sent.isText('a', 'Your code is 1234', 'Shop')).toBe(true);
    expect(sent.isText('a', 'Your code is 1235', 'Shop')).toBe(false);
    expect(sent.isText('a', 'Your code is 1234', 'Other')).toBe(false);
    expect(sent.isText('b', 'Your code is 1234', 'Shop')).toBe(false);
  });

  it('is not known if it was a template, or was refused, or the vendor gave no id', () => {
    const sent = new SentMessages();
    send(sent, template, lost);
    send(sent, text('b'), refused('rate_limited', 'Too fast.'));
    send(sent, text('c'), accepted());
    expect(['a', 'b', 'c'].map((id) => sent.isText(id, 'Your code is 1234', 'Shop'))).toEqual([false, false, false]);
    expect(['a', 'b', 'c'].map((id) => sent.referenceOf(id))).toEqual([undefined, undefined, undefined]);
  });

  it('is alone unless another without a known outcome may look like it', () => {
    const elsewhere = { ...text('x'), to: parsePhoneNumber('+4915112345679') };
    const others: readonly (readonly [OutboundMessage, SendOutcome?, string?])[] = [
      [text('x')],
      [text('x'), lost],
      [{ ...template, id: 'x' }, lost],
    ];
    for (const other of others) {
      const sent = new SentMessages();
      send(sent, text('a'), lost);
      expect(sent.isAlone('a')).toBe(true);
      send(sent, ...other);
      expect(sent.isAlone('a')).toBe(false);
      sent.settled('x', accepted('ref-1'));
      expect(sent.isAlone('a')).toBe(true);
    }
    const sent = new SentMessages();
    send(sent, text('a'), lost);
    send(sent, elsewhere, lost);
    send(sent, text('b'), lost, 'Other');
    send(sent, { ...text('c'), text: 'Your code is 1235' }, lost);
    expect([sent.isAlone('a'), sent.isAlone('unheard of')]).toEqual([true, false]);
    sent.found('a', 'ref-1');
    expect([sent.referenceOf('a'), sent.isOfAnother('ref-1', 'b')]).toEqual(['ref-1', true]);
  });

  it('is remembered for ten thousand at least, and for twice as many at most', () => {
    const sent = new SentMessages();
    for (let index = 0; index <= 20_000; index += 1) send(sent, text(`id-${index}`), accepted(`ref-${index}`));
    expect([sent.referenceOf('id-0'), sent.referenceOf('id-10001')]).toEqual([undefined, 'ref-10001']);
    expect([sent.isOfAnother('ref-0', 'x'), sent.isOfAnother('ref-10001', 'x')]).toEqual([false, true]);
  });

  it('is remembered without an outcome, however many were accepted since, up to ten thousand', () => {
    const sent = new SentMessages();
    const isKnown = (id: string) => sent.isText(id, 'Your code is 1234', 'Shop');
    send(sent, text('first'), lost);
    for (let index = 0; index <= 20_000; index += 1) send(sent, text(`id-${index}`), accepted(`ref-${index}`));
    expect(isKnown('first')).toBe(true);
    for (let index = 0; index < 9_999; index += 1) send(sent, text(`lost-${index}`), lost);
    expect(isKnown('first')).toBe(true);
    send(sent, text('last'), lost);
    expect([isKnown('first'), isKnown('lost-0'), isKnown('last')]).toEqual([false, true, true]);
  });
});
