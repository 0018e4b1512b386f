import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { type FingerprintedContent, fingerprintOf } from './fingerprint.js';

const to = parsePhoneNumber('+8613800138000');
const of = (content: FingerprintedContent) => fingerprintOf(content, to);

/** Few letters and the marks of the encoding, so that near collisions are common. */
const word = fc.string({ unit: fc.constantFrom('a', ':', '1', '-', '\ud800', '\udc00'), maxLength: 4 });
const absent = fc.constant(undefined);
const content: fc.Arbitrary<FingerprintedContent> = fc.oneof(
  fc.record({ text: word, senderId: fc.oneof(word, absent) }),
  fc.record({ template: word, params: fc.oneof(fc.dictionary(word, word, { maxKeys: 3 }), absent) }),
);

/** An independent judge of whether two messages are the same. */
function meaning({ text, template, params, senderId }: FingerprintedContent): string {
  const pairs = Object.entries(params ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([text ?? null, template ?? null, senderId ?? null, pairs]);
}

describe('the fingerprint of a message', () => {
  it('never changes between releases: stores outlive them', () => {
    expect(of({ text: 'Hello.' })).toBe('-3nZ5GTN5T2vTo1qbZaxOruEAiLiafUQl-d2H4j_nnc');
    expect(of({ template: 'shipped', params: { order: '42', day: 'Mon' } })).toBe(
      'HeAGlUeGhjfGdZV1BDuHgH6jA9GyoY-scgQIJCqdMGw',
    );
  });

  it('is the same for the same message, and differs for different ones', () => {
    fc.assert(
      fc.property(content, content, (one, other) => {
        expect(of(one) === of(other)).toBe(meaning(one) === meaning(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order of the parameters, nor on how the number was written', () => {
    const one = of({ template: 't', params: { a: '1', b: '2' } });
    expect(of({ template: 't', params: { b: '2', a: '1' } })).toBe(one);
    expect(fingerprintOf({ template: 't', params: { a: '1', b: '2' } }, parsePhoneNumber('+86 138-0013-8000'))).toBe(
      one,
    );
  });

  it.each<[string, FingerprintedContent, FingerprintedContent]>([
    ['a text and a template', { text: 'a' }, { template: 'a' }],
    ['a parameter’s name and its value', { template: 't', params: { a: 'b' } }, { template: 't', params: { b: 'a' } }],
    ['where a value ends', { template: 't', params: { a: 'bc' } }, { template: 't', params: { ab: 'c' } }],
    ['no sender ID and an empty one', { text: 'a' }, { text: 'a', senderId: '' }],
    ['no sender ID and a dash', { text: 'a' }, { text: 'a', senderId: '-' }],
    ['two halves of different characters', { text: '\ud83d' }, { text: '\ud83c' }],
    ['composed and decomposed letters', { text: 'é' }, { text: 'e\u0301' }],
  ])('tells apart %s', (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it('tells apart two recipients', () => {
    expect(fingerprintOf({ text: 'a' }, parsePhoneNumber('+8613800138001'))).not.toBe(of({ text: 'a' }));
  });

  it('counts a parameter that is undefined as not passed, and no parameters as none', () => {
    const none = of({ template: 't' });
    expect(of({ template: 't', params: {} })).toBe(none);
    expect(of({ template: 't', params: { a: undefined as never } })).toBe(none);
  });

  it('shows nothing of the message', () => {
    expect(of({ text: 'Your code is 482913.' })).toMatch(/^[\w-]{43}$/);
  });
});
