import { describe, expect, it } from 'vitest';
import { type Confidential, findLeak } from './confidential.js';

const credential: Confidential = { what: 'a credential', value: 'key/with+signs' };
const code: Confidential = { what: 'the code', value: '4711' };
const phone: Confidential = { what: 'the phone number', value: '13800138000' };
const text: Confidential = { what: 'the text', value: 'Hi there & bye' };

const hidden = Object.defineProperty({}, 'request', { value: { body: 'Hi there & bye' }, enumerable: false });

describe('findLeak()', () => {
  it.each<[string, unknown, Confidential, string]>([
    ['a text', { message: 'key/with+signs' }, credential, 'message'],
    ['an encoded text', { url: '/?k=key%2Fwith%2Bsigns' }, credential, 'url'],
    ['base64', { auth: Buffer.from('key/with+signs').toString('base64') }, credential, 'auth'],
    ['base64 after a user name', { auth: Buffer.from('me:key/with+signs:x').toString('base64') }, credential, 'auth'],
    ['base64 at any offset', { auth: Buffer.from('you:key/with+signs').toString('base64url') }, credential, 'auth'],
    ['hex', { auth: Buffer.from('key/with+signs').toString('hex').toUpperCase() }, credential, 'auth'],
    ['lower-case encoding', { url: '/?k=key%2fwith%2bsigns' }, credential, 'url'],
    ['an ArrayBuffer', { body: new TextEncoder().encode('k=key/with+signs').buffer }, credential, 'body'],
    [
      'a getter',
      {
        get auth() {
          return 'key/with+signs';
        },
      },
      credential,
      'auth',
    ],
    [
      'escaped JSON',
      { body: '{"text":"\\u4f60\\u597d \\"Ann\\""}' },
      { what: 'the text', value: '你好 "Ann"' },
      'body',
    ],
    ['bytes', { body: new TextEncoder().encode('k=key/with+signs') }, credential, 'body'],
    // Which property of an inner error comes first depends on the version of Node.
    ['the answer in a cause', new Error('a', { cause: { answer: 'code 4711.' } }), code, 'cause.answer'],
    ['a number', { checked: 4711 }, code, 'checked'],
    ['a map', { headers: new Map([['x', 'key/with+signs']]) }, credential, 'headers.1'],
    ['a key', { '4711': true }, code, ' (a key)'],
    ['a hidden property', hidden, text, 'request.body'],
    ['a form', { body: 'text=Hi+there+%26+bye' }, text, 'body'],
    ['separators', { message: '138 0013-8000 failed' }, phone, 'message'],
    ['E.164', { message: '+8613800138000' }, phone, 'message'],
  ])('finds it in %s', (_, value, confidential, where) => {
    expect(findLeak(value, [confidential])).toEqual({ what: confidential.what, where });
  });

  it.each<[string, unknown, Confidential]>([
    ['a masked number', { message: '+86*******8000' }, phone],
    ['a longer word', { reference: 'a4711b-147110' }, code],
    ['the line of a stack', Object.assign(new Error('a'), { stack: 'Error: a\n    at f (x.js:4711:4711)' }), code],
    ['a port', new Error('connect ECONNREFUSED 127.0.0.1:4711'), code],
    ['nothing', undefined, credential],
  ])('does not see it in %s', (_, value, confidential) => {
    expect(findLeak(value, [confidential])).toBeUndefined();
  });

  it('survives getters that throw', () => {
    const throwing = {
      get body(): string {
        throw new Error('closed');
      },
    };
    expect(findLeak(throwing, [credential])).toBeUndefined();
  });

  it('survives circles', () => {
    const circle: { self?: unknown; big: bigint } = { big: 1n };
    circle.self = circle;
    expect(findLeak(circle, [credential, code, phone, text])).toBeUndefined();
  });
});
