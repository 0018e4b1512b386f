import { describe, expect, it } from 'vitest';
import {
  readCheckRequest,
  readStartRequest,
  type VerificationCheckRequest,
  type VerificationStartRequest,
} from './verification-requests.js';

const to = '+8613800138000';
const { signal } = new AbortController();

const start = (given: unknown) => readStartRequest(given as VerificationStartRequest);
const check = (given: unknown) => readCheckRequest(given as VerificationCheckRequest);

/** What is said of a request that cannot be read. */
function problemOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    return (error as Error).message;
  }
  return 'none';
}

describe('a start', () => {
  const nothing = {
    locale: undefined,
    via: undefined,
    ip: undefined,
    screening: undefined,
    deadlineMs: undefined,
    signal: undefined,
  };

  it('is for the purpose verification unless it says another', () => {
    expect(start({ to })).toStrictEqual({ to, purpose: 'verification', ...nothing });
  });

  it('keeps every field, and a copy of via', () => {
    const given = { to, purpose: 'login', locale: 'en', via: ['a'], ip: 'x', screening: {}, deadlineMs: 1, signal };
    const read = start(given);
    expect(read).toStrictEqual(given);
    expect(read.via).not.toBe(given.via);
  });

  it.each(['en', 'abcdefgh', 'zh-CN', 'zh-Hant-TW', 'en-u-nu-12345678'])('takes the locale %s', (locale) => {
    expect(start({ to, locale }).locale).toBe(locale);
  });

  // A login is never refused for its language.
  it.each<[unknown, string | undefined]>([
    ['de-1', 'de'],
    ['en-', 'en'],
    ['en-123456789', 'en'],
    ['en_US', 'en-US'],
    ['zh_CN', 'zh-CN'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['', undefined],
    ['*', undefined],
    ['e', undefined],
    ['abcdefghi', undefined],
    ['1en', undefined],
    ['en1', undefined],
    ['-en', undefined],
    [['en'], undefined],
    [null, undefined],
    [false, undefined],
  ])('takes the locale %j for %s', (locale, expected) => {
    expect(start({ to, locale }).locale).toBe(expected);
  });

  const viaRule = 'verifications.start(): via must be a list of different provider ids, not empty.';
  const purposeRule = 'verifications.start(): purpose must be a string of 1 to 64 characters, such as login.';

  it.each<[unknown, string]>([
    [undefined, 'verifications.start() takes an object.'],
    [null, 'verifications.start() takes an object.'],
    [to, 'verifications.start() takes an object.'],
    [
      { to, purpos: 'login' },
      'verifications.start(): purpos is not a field; it knows to, purpose, locale, via, ip, screening, deadlineMs, signal.',
    ],
    [{ to, purpose: '' }, purposeRule],
    [{ to, purpose: 'x'.repeat(65) }, purposeRule],
    [{ to, purpose: '\nlogin' }, purposeRule],
    [{ to, purpose: 'login\n' }, purposeRule],
    [{ to, purpose: ['login'] }, purposeRule],
    [{ to, via: 'a' }, viaRule],
    [{ to, via: { length: 1, every: () => true } }, viaRule],
    [{ to, via: [] }, viaRule],
    [{ to, via: ['a', 'a'] }, viaRule],
    [{ to, via: ['a', 1] }, viaRule],
    [{ to, signal: {} }, 'verifications.start(): signal must be an AbortSignal.'],
  ])('cannot be %j', (given, problem) => {
    expect(problemOf(() => start(given))).toBe(problem);
  });
});

describe('a check', () => {
  it('by id is for any purpose unless it says one', () => {
    const rest = { code: '1', deadlineMs: undefined, signal: undefined };
    expect(check({ id: 'x', code: '1' })).toStrictEqual({ target: { id: 'x', purpose: undefined }, ...rest });
    expect(check({ id: 'x', purpose: 'login', code: '1', deadlineMs: 1, signal })).toStrictEqual({
      target: { id: 'x', purpose: 'login' },
      code: '1',
      deadlineMs: 1,
      signal,
    });
  });

  it('by phone is for the purpose verification unless it says another', () => {
    const rest = { code: '1', deadlineMs: 1, signal };
    expect(check({ to, ...rest })).toStrictEqual({ target: { to, purpose: 'verification' }, ...rest });
    expect(check({ to, purpose: 'login', ...rest })).toStrictEqual({ target: { to, purpose: 'login' }, ...rest });
  });

  const target = 'verifications.check() takes either the id that start gave, or to.';
  const purposeRule = 'verifications.check(): purpose must be a string of 1 to 64 characters, such as login.';

  it.each<[unknown, string]>([
    [undefined, 'verifications.check() takes an object.'],
    [
      { id: 'x', code: '1', locale: 'en' },
      'verifications.check(): locale is not a field; it knows id, to, purpose, code, deadlineMs, signal.',
    ],
    [{ code: '1' }, target],
    [{ id: 'x', to, code: '1' }, target],
    [{ id: 1, code: '1' }, 'verifications.check(): id must be the string that start gave.'],
    [{ id: 'x', code: 1 }, 'verifications.check(): code must be a string, as the person typed it.'],
    [{ to, code: '1', purpose: '' }, purposeRule],
    [{ id: 'x', code: '1', purpose: '' }, purposeRule],
    [{ to, code: '1', signal: 1 }, 'verifications.check(): signal must be an AbortSignal.'],
  ])('cannot be %j', (given, problem) => {
    expect(problemOf(() => check(given))).toBe(problem);
  });
});
