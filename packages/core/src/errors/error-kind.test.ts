import { expect, it } from 'vitest';
import { errorKind } from './foreign-error.js';

const named = (name: unknown) => Object.assign(new Error('secret'), { name });

it.each<[unknown, string]>([
  [new TypeError('secret'), 'TypeError'],
  ['secret', 'string'],
  [undefined, 'undefined'],
  [named('abc CANARY'), 'Error'],
  [named(Symbol('secret')), 'Error'],
  [named(42), 'Error'],
  [named(['TypeError']), 'Error'],
  [named('x'.repeat(41)), 'Error'],
  [named('Http2Error'), 'Http2Error'],
  [named('184130'), 'Error'],
  [named('Code184130'), 'Error'],
  [named('C1_8_4_1'), 'Error'],
  [
    Object.defineProperty(new Error('secret'), 'name', {
      get() {
        throw new Error('secret');
      },
    }),
    'Error',
  ],
  [
    new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('secret');
        },
      },
    ),
    'Error',
  ],
])('tells the kind of a thrown value and nothing else', (thrown, kind) => {
  expect(errorKind(thrown)).toBe(kind);
});
