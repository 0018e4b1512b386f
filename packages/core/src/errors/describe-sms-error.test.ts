import { describe, expect, it } from 'vitest';
import { describeSmsError } from './sms-error.js';

type Described = Parameters<typeof describeSmsError>[0];

const bare: Described = { code: 'no_route', outcome: 'not-sent', message: 'Nobody sends there.', attempts: [] };

/** The whole text, line by line. */
const linesOf = (error: Partial<Described>) => describeSmsError({ ...bare, ...error }).split('\n');

describe('an error as text', () => {
  it('says what happened to the message, and nothing of what is not known', () => {
    expect(linesOf({})).toEqual(['SmsError no_route (not-sent): Nobody sends there.', '  nothing was sent']);
    expect(linesOf({ outcome: 'unknown' })[1]).toBe('  the message may have been sent');
    expect(linesOf({ outcome: 'refused' })[1]).toBe('  nothing was sent');
  });

  it('names the provider, the vendor’s code and the time to wait in whole seconds', () => {
    expect(linesOf({ provider: 'mob', providerCode: '462', retryAfterMs: 59_001 })[1]).toBe(
      '  nothing was sent, provider mob, vendor code 462, try again in 60 s',
    );
    expect(linesOf({ retryAfterMs: 0 })[1]).toBe('  nothing was sent, try again in 0 s');
  });

  it('lines up the attempts in columns as wide as they need', () => {
    const attempts = [
      { provider: 'a', outcome: 'refused', code: 'rate_limited', providerCode: '429', durationMs: 1 },
      { provider: 'aliyun', outcome: 'accepted', durationMs: 12.06 },
    ] as const;
    expect(linesOf({ attempts }).slice(2)).toEqual([
      '  attempts:',
      '    1  a       refused   rate_limited  429  1.0 ms',
      '    2  aliyun  accepted                     12.1 ms',
    ]);
  });

  it('ends with the places in the code, and with no other line of the stack', () => {
    const stack = 'SmsError: seen at the first line\n  canary\n    at send (app.js:1:2)\n\tat main (app.js:9:9)\n';
    expect(linesOf({ stack }).slice(2)).toEqual(['    at send (app.js:1:2)', '\tat main (app.js:9:9)']);
  });
});

describe('the cause', () => {
  const causeOf = (cause: unknown) => linesOf({ cause })[2];

  it.each<[string, unknown, string]>([
    ['an error with a code', Object.assign(new TypeError('canary'), { code: 'ECONNRESET' }), 'TypeError ECONNRESET'],
    ['an error without one', new TypeError('canary'), 'TypeError'],
    ['an object that is no error', { code: 'E_1' }, 'object E_1'],
    ['nothing', null, 'object'],
    ['a string', 'canary', 'string'],
    ['a function with a code', Object.assign(() => {}, { code: 'ECANARY' }), 'function'],
  ])('is told by its kind and its code: %s', (_name, cause, told) => {
    expect(causeOf(cause)).toBe(`  cause: ${told}`);
  });

  it.each<[string, unknown]>([
    ['a number', 429],
    ['a list of a code', ['ECONNRESET']],
    ['a code in small letters', 'econnreset'],
    ['a code with something before it', 'canary ECONNRESET'],
    ['a code with something after it', 'ECONNRESET canary'],
    ['a single letter', 'E'],
    ['a code that is longer than any', 'E'.repeat(65)],
  ])('shows no code that is none: %s', (_name, code) => {
    expect(causeOf(Object.assign(new Error('canary'), { code }))).toBe('  cause: Error');
  });
});
