import { describe, expect, it } from 'vitest';
import { errorPlace } from './foreign-error.js';

const made = (stack: string, message = 'secret') => Object.assign(new Error(message), { stack });

describe('the place of an error', () => {
  it('is the file and the line that made it', () => {
    expect(errorPlace(new TypeError('secret 184130'))).toMatch(/^\S*error-place\.test\.ts:\d+:\d+(, |$)/);
  });

  it('is told of three files at most, the innermost first, without functions, queries and Node’s own files', () => {
    const stack = [
      'TypeError [ERR_X]: secret',
      '    at JSON.parse (<anonymous>)',
      '    at Object.184130 (file:///app/a.js?v=184130:3:9)',
      '    at node:internal/process/task_queues:103:5',
      '    at async Promise.all (index 0)',
      '    at async file:///app/b c.js:10:2',
      '    at eval (eval at secret (/app/eval.js:1:1), <anonymous>:1:1)',
      '    at f (data:text/javascript,secret:1:1)',
      '    at g (https://user:secret@app.example/x.js:1:1)',
      '    at new Shop (C:\\app\\(shop)\\c.js:1:1234567)',
      '    at last (/app/d.js:1:1)',
    ].join('\n');
    expect(errorPlace(made(stack))).toBe(
      'file:///app/a.js:3:9, file:///app/b c.js:10:2, C:\\app\\(shop)\\c.js:1:1234567',
    );
  });

  it('is never a line of the message, whatever it looks like', () => {
    const forged = 'secret\n    at /184130:1:1';
    const place = errorPlace(new Error(forged));
    expect(place).toMatch(/error-place\.test\.ts/);
    expect(place).not.toContain('184130');
    // A stack keeps the message that the error was made with.
    const stack = `Error: ${forged}\n    at /app/a.js:1:1`;
    expect(errorPlace(made(stack, forged))).toBe('/app/a.js:1:1');
    expect(errorPlace(made(stack, 'other'))).toBeUndefined();
    expect(errorPlace(made(stack, 'secret\n    at /18'))).toBeUndefined();
    expect(errorPlace(made(stack, ''))).toBeUndefined();
    expect(errorPlace(made('Error: \n    at /app/a.js:1:1', ''))).toBe('/app/a.js:1:1');
    expect(errorPlace(made('Error\n    at /app/a.js:1:1', ''))).toBe('/app/a.js:1:1');
  });

  it('is in lines that are frames and nothing else', () => {
    const stack = [
      'Error: secret',
      '    at f (/app/a.js:1:1)',
      '    at /app/b.js:2:2 secret',
      'secret    at /app/c.js:3:3',
      '    at /app/d.js:4:4',
    ].join('\n');
    expect(errorPlace(made(stack))).toBe('/app/a.js:1:1, /app/d.js:4:4');
  });

  it('shows no phone number that is the name of a file', () => {
    expect(errorPlace(made('Error: secret\n    at /app/+8613800138000.js:12345:6789'))).toBe(
      '/app/***00.js:12345:6789',
    );
  });

  it.each([
    ['a string', 'secret'],
    ['nothing', undefined],
    ['null', null],
    ['an error without frames', made('Error: secret')],
    ['a stack that is no string', Object.assign(new Error('secret'), { stack: 42 })],
    ['a stack that is an object', Object.assign(made(''), { stack: Object('Error: secret\n    at /app/a.js:1:1') })],
    [
      'a message that is an object',
      Object.assign(made('Error: secret\n    at /app/a.js:1:1'), { message: Object('secret') }),
    ],
    ['a function whose name has no end', made(`Error: secret\n    at ${'x'.repeat(600)} (/app/a.js:1:1)`)],
    ['a path without an end', made(`Error: secret\n    at /${'x'.repeat(301)}:1:1`)],
    ['a control character', made('Error: secret\n    at /app/\u001b[31m.js:1:1')],
    [
      'a stack that cannot be read',
      Object.defineProperty(new Error('secret'), 'stack', {
        get() {
          throw new Error('secret');
        },
      }),
    ],
  ])('is unknown of %s', (_, thrown) => {
    expect(errorPlace(thrown)).toBeUndefined();
  });
});
