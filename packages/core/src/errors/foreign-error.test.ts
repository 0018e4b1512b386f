import { describe, expect, it } from 'vitest';
import { errorKind, isError, withoutMessage } from './foreign-error.js';

const likeAnError = { name: 'TypeError', message: 'secret', stack: 'TypeError: secret\n    at /app/a.js:1:1' };
const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error('secret');
    },
  },
);

describe('an error of somebody else', () => {
  it('is known in every realm, by its name, message and stack', () => {
    expect(isError(new RangeError('secret'))).toBe(true);
    expect(isError(likeAnError)).toBe(true);
    expect(isError(Object.assign(new Error('secret'), { name: 42 }))).toBe(true);
    for (const field of ['name', 'message', 'stack']) {
      expect(isError({ ...likeAnError, [field]: undefined })).toBe(false);
      expect(isError({ ...likeAnError, [field]: 1 })).toBe(false);
    }
    for (const other of [undefined, null, 'Error: secret', 42, () => {}, {}, throwing]) {
      expect(isError(other)).toBe(false);
    }
  });

  it('of another realm has its kind', () => {
    expect(errorKind(likeAnError)).toBe('TypeError');
    expect(errorKind({ name: 'TypeError' })).toBe('object');
    expect(errorKind(throwing)).toBe('object');
  });
});

describe('an error whose message is withheld', () => {
  const withheld = 'The message is withheld, since it may hold a credential.';

  it('keeps its name and the places in the code, and nothing else', () => {
    const error = Object.assign(new TypeError('secret\n    at forged (/184130:1:1)'), { token: 'secret' });
    const copy = withoutMessage(error);
    expect(copy).toMatchObject({ name: 'TypeError', message: withheld });
    expect(Object.keys(copy)).not.toContain('token');
    const [header, ...frames] = String(copy.stack).split('\n');
    expect(header).toBe(`TypeError: ${withheld}`);
    expect(frames[0]).toMatch(/^ {4}at .*foreign-error\.test\.ts:\d+:\d+\)?$/);
    expect(copy.stack).not.toMatch(/secret|forged|184130/);
  });

  it('keeps every kind of frame at the end of its stack, and no line before another text', () => {
    const frames = [
      '    at JSON.parse (<anonymous>)',
      '    at Array.map (native)',
      '    at async Promise.all (index 12)',
      '    at async send (file:///app/a.js:10:22)',
      '    at /app/b.js:1:1',
    ];
    const stack = ['Error: other', '    at early (/app/secret.js:1:1)', '  at odd', ...frames].join('\n');
    const copy = withoutMessage({ ...likeAnError, stack });
    expect(copy.stack).toBe([`TypeError: ${withheld}`, ...frames].join('\n'));
    for (const line of [
      '    at a (b)',
      '   at /a.js:1:1',
      '    at /a.js:1:1 secret',
      '    at /a.js:1:',
      'at /a.js:1:1',
    ]) {
      expect(withoutMessage({ ...likeAnError, stack: line }).stack).toBe(`TypeError: ${withheld}`);
    }
    expect(withoutMessage({ ...likeAnError, stack: 'x    at /a.js:1:1' }).stack).toBe(`TypeError: ${withheld}`);
  });

  it('has no name and no places of what is not an error, has a strange name, or throws when it is read', () => {
    const { stack } = likeAnError;
    for (const thrown of ['secret', undefined, { message: 'secret' }, { stack, message: '' }, throwing]) {
      expect(withoutMessage(thrown).stack).toBe(`Error: ${withheld}`);
      expect(withoutMessage(thrown).name).toBe('Error');
    }
    const odd = withoutMessage(Object.assign(new Error('x'), { name: 'Code 184130' }));
    expect(odd.name).toBe('Error');
    expect(odd.stack).toMatch(/^Error: The message is withheld.*\n {4}at /);
    const trapped = Object.defineProperty(new TypeError('secret'), 'stack', {
      get() {
        throw new Error('secret');
      },
    });
    expect(withoutMessage(trapped).stack).toBe(`TypeError: ${withheld}`);
    const noStack = new Error('secret');
    Reflect.deleteProperty(noStack, 'stack');
    expect(withoutMessage(noStack).stack).toBe(`Error: ${withheld}`);
  });
});
