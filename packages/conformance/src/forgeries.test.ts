import { describe, expect, it } from 'vitest';
import { bodyForgeries, signatureForgeries, urlForgeries, wrongSignature } from './forgeries.js';
import { randomIntegers } from './random-integers.js';

const request = {
  method: 'POST',
  url: 'https://app.example/webhooks/mob?a=1',
  headers: new Headers(),
  body: new TextEncoder().encode('From=%2b1415&Body=Hi'),
};
const random = () => randomIntegers(7);

describe('bodyForgeries()', () => {
  it('changes one bit of each body, and leaves the request as it was', () => {
    const before = Buffer.from(request.body);
    const forgeries = bodyForgeries(request, 200, random());
    expect(forgeries).toHaveLength(200);
    for (const { request: forged } of forgeries) {
      const bits = [...forged.body].map((byte, index) => (byte ^ (before[index] ?? 0)).toString(2).replaceAll('0', ''));
      expect(bits.join('')).toBe('1');
      expect(new URLSearchParams(String(Buffer.from(forged.body))).toString()).not.toBe('From=%2B1415&Body=Hi');
    }
    expect(before.equals(request.body)).toBe(true);
  });

  it('gives none of an empty body', () => {
    expect(bodyForgeries({ ...request, body: new Uint8Array() }, 5, random())).toEqual([]);
  });
});

describe('urlForgeries()', () => {
  it('changes one character behind the host', () => {
    for (const { request: forged } of urlForgeries(request, 200, random())) {
      expect(forged.url).toHaveLength(request.url.length);
      expect(forged.url).not.toBe(request.url);
      expect(forged.url.startsWith('https://app.example')).toBe(true);
    }
  });
});

describe('signatureForgeries()', () => {
  it.each([
    ['hexadecimal digits', '00ff9a3c00ff9a3c', (text: string) => text.toLowerCase()],
    ['base64', 'L/OH5YylLD5NRKLltdqwSvS0BnU=', (text: string) => String(Buffer.from(text, 'base64').toString('hex'))],
  ])('gives none that means the same: %s', (_, signature, meaning) => {
    const forgeries = signatureForgeries(signature, 300, random());
    expect(forgeries.length).toBeGreaterThan(200);
    for (const forged of forgeries) {
      expect(meaning(forged)).not.toBe(meaning(signature));
      expect(() => new Headers({ signature: forged })).not.toThrow();
    }
  });

  it('knows the end of a token by its last dot', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.L_OH5YylLD5NRKLltdqwSvS0BnU';
    for (const forged of signatureForgeries(token, 300, random())) {
      const [start, end] = [forged.slice(0, forged.lastIndexOf('.')), forged.slice(forged.lastIndexOf('.') + 1)];
      const isSameStart = start === token.slice(0, token.lastIndexOf('.'));
      const isSameEnd = Buffer.from(end, 'base64').equals(Buffer.from('L/OH5YylLD5NRKLltdqwSvS0BnU=', 'base64'));
      expect(isSameStart && isSameEnd).toBe(false);
    }
  });
});

describe('wrongSignature()', () => {
  it.each(['00ff9a3c00ff9a3c', 'AAAAAAAAAAAAAAAAAAAAAA==', 'sha256=aaaaaaaa', 'a'])(
    'has the length of %s',
    (signature) => {
      const wrong = wrongSignature(signature);
      expect(wrong).toHaveLength(signature.length);
      expect(wrong.toLowerCase()).not.toBe(signature.toLowerCase());
    },
  );
});
