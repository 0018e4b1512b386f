import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { accepted, refused, unknown } from './outcomes.js';
import { SentMessages } from './sent-messages.js';

const to = parsePhoneNumber('+4915112345678');
const text = (id: string) => ({ kind: 'text', id, to, text: 'Your code is 1234' }) as const;
const template = { kind: 'template', id: 'a', to, template: 't', params: [] } as const;
const lost = unknown('timeout', 'No answer came in time.');

describe('what this process has sent', () => {
  it('is known by the vendor’s id, which is of no other message', () => {
    const sent = new SentMessages();
    sent.remember(text('a'), 'Shop', accepted('ref-1'));
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
    sent.remember(text('a'), 'Shop', lost);
    expect(sent.isText('a', 'Your code is 1234', 'Shop')).toBe(true);
    expect(sent.isText('a', 'Your code is 1235', 'Shop')).toBe(false);
    expect(sent.isText('a', 'Your code is 1234', 'Other')).toBe(false);
    expect(sent.isText('b', 'Your code is 1234', 'Shop')).toBe(false);
  });

  it('is not known if it was a template, or was refused, or the vendor gave no id', () => {
    const sent = new SentMessages();
    sent.remember(template, 'Shop', lost);
    sent.remember(text('b'), 'Shop', refused('rate_limited', 'Too fast.'));
    sent.remember(text('c'), 'Shop', accepted());
    expect(['a', 'b', 'c'].map((id) => sent.isText(id, 'Your code is 1234', 'Shop'))).toEqual([false, false, false]);
    expect(['a', 'b', 'c'].map((id) => sent.referenceOf(id))).toEqual([undefined, undefined, undefined]);
  });

  it('is remembered for the newest ten thousand', () => {
    const sent = new SentMessages();
    for (let index = 0; index <= 10_000; index += 1)
      sent.remember(text(`id-${index}`), 'Shop', accepted(`ref-${index}`));
    expect([sent.referenceOf('id-0'), sent.referenceOf('id-1')]).toEqual([undefined, 'ref-1']);
    expect([sent.isOfAnother('ref-0', 'x'), sent.isOfAnother('ref-1', 'x')]).toEqual([false, true]);
  });
});
