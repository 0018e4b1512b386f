import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { isSmsError, SmsError } from './sms-error.js';

const options = {
  code: 'recipient_rate_limited',
  outcome: 'refused',
  message: 'Too many messages to this phone.',
  provider: 'mob',
  providerCode: '477',
  retryAfterMs: 60_000,
  attempts: [
    { provider: 'mob', outcome: 'refused', code: 'recipient_rate_limited', providerCode: '477', durationMs: 12 },
  ],
} as const;

describe('SmsError', () => {
  it('carries what an app needs to decide', () => {
    const cause = new Error('transport');
    const error = new SmsError({ ...options, cause });
    expect(error).toMatchObject({ ...options, cause, name: 'SmsError' });
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain('sms-error.test');
  });

  it('has no attempts and no cause unless given', () => {
    const error = new SmsError({ code: 'no_route', outcome: 'not-sent', message: 'No provider.' });
    expect(error.attempts).toEqual([]);
    expect('cause' in error).toBe(false);
  });

  it('hands on an attempt without a vendor code as it is', () => {
    const attempt = { provider: 'mob', outcome: 'not-sent', code: 'timeout', durationMs: 5 } as const;
    expect(new SmsError({ ...options, attempts: [attempt] }).attempts).toStrictEqual([attempt]);
  });

  it('becomes JSON without its stack and its cause', () => {
    const error = new SmsError({ ...options, cause: new Error('canary') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'SmsError', ...options });
  });

  it('is printed as a table of attempts that a person can act on', () => {
    const attempts = [
      { provider: 'mob', outcome: 'refused', code: 'insufficient_balance', providerCode: '470', durationMs: 12.34 },
      { provider: 'aliyun', outcome: 'unknown', code: 'timeout', durationMs: 5_000 },
    ] as const;
    const error = new SmsError({
      code: 'timeout',
      outcome: 'unknown',
      message: 'No answer came in time.',
      provider: 'aliyun',
      retryAfterMs: 1_500,
      attempts,
      cause: Object.assign(new Error('canary'), { code: 'ESLOW' }),
    });
    const lines = inspect(error).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'SmsError timeout (unknown): No answer came in time.',
      '  the message may have been sent, provider aliyun, try again in 2 s',
      '  attempts:',
      '    1  mob     refused  insufficient_balance  470  12.3 ms',
      '    2  aliyun  unknown  timeout                    5000.0 ms',
      '  cause: Error ESLOW',
    ]);
    expect(lines[6]).toMatch(/^ {4}at /);
  });

  it('shows no whole phone number, even if a message or a vendor code holds one', () => {
    const numbers = ['+8613800138000', '13800138000', '+86 138-0013-8000', '138.0013.8000', '(138) 0013 8000'];
    for (const number of numbers) {
      const attempts = [{ provider: 'mob', outcome: 'refused', durationMs: 1, providerCode: `E-${number}` }] as const;
      const error = new SmsError({ ...options, message: `bad ${number}!`, providerCode: `E-${number}`, attempts });
      expect(error.message).toMatch(/^bad \(?\*\*\*00!$/);
      const shown = inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error) + error.stack;
      expect(shown.replaceAll(/[\s().-]/g, '')).not.toContain('13800138000');
    }
  });
});

describe('isSmsError', () => {
  it('recognises an error of another copy of the package, and its fields work', async () => {
    vi.resetModules();
    const other = await import('./sms-error.js');
    const foreign: unknown = new other.SmsError(options);
    expect(foreign).not.toBeInstanceOf(SmsError);
    expect(isSmsError(foreign)).toBe(true);
    expect(other.isSmsError(new SmsError(options))).toBe(true);
    if (isSmsError(foreign)) expect(foreign.toJSON()).toEqual({ name: 'SmsError', ...options });
  });

  it('goes by a mark that every version of the package knows, and that nobody sees', () => {
    expect(Symbol.for('polysms.SmsError') in new SmsError(options)).toBe(true);
    expect(isSmsError({ [Symbol.for('polysms.SmsError')]: true })).toBe(true);
    expect(Object.getOwnPropertySymbols({ ...new SmsError(options) })).toEqual([]);
  });

  it.each([null, undefined, 'SmsError', new Error('other'), { name: 'SmsError', code: 'no_route' }, 42])(
    'says no to %o',
    (value) => {
      expect(isSmsError(value)).toBe(false);
    },
  );
});

describe('the message of an error', () => {
  const messageOf = (message: string) => new SmsError({ ...options, message }).message;

  it('is cut at 10,000 characters', () => {
    expect(messageOf('a'.repeat(10_000))).toBe('a'.repeat(10_000));
    expect(messageOf('a'.repeat(10_001))).toBe(`${'a'.repeat(10_000)}…`);
  });

  it('keeps its line ends, and shows every other control character', () => {
    expect(messageOf('a\u001bb')).toBe(String.raw`a\u001bb`);
    expect(messageOf('two problems:\n  a\u001b\n  b')).toBe(`two problems:\n  a${String.raw`\u001b`}\n  b`);
  });
});

describe('what is not an SmsError', () => {
  it.each([[undefined], [null], ['SmsError'], [{ name: 'SmsError' }], [() => {}]])(
    '%# is not taken for one',
    (value) => {
      expect(isSmsError(value)).toBe(false);
    },
  );
});

describe('the verification of an error', () => {
  it('is there for the app, and in nothing that a logger copies', () => {
    const error = new SmsError({ ...options, verificationId: 'canary-id' });
    expect(error.verificationId).toBe('canary-id');
    expect(Object.keys(error)).not.toContain('verificationId');
    expect(JSON.stringify(error) + inspect(error)).not.toContain('canary-id');
  });
});
