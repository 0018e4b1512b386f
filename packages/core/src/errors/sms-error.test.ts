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

  it('becomes JSON without its stack and its cause', () => {
    const error = new SmsError({ ...options, cause: new Error('canary') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'SmsError', ...options });
  });

  it('shows no whole phone number, even if a message or a vendor code holds one', () => {
    const error = new SmsError({ ...options, message: 'bad +8613800138000', providerCode: 'E-13800138000' });
    expect(error.message).toBe('bad ***00');
    expect(inspect(error, { showHidden: true }) + JSON.stringify(error)).not.toMatch(/13800138000/);
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

  it.each([null, undefined, 'SmsError', new Error('other'), { name: 'SmsError', code: 'no_route' }, 42])(
    'says no to %o',
    (value) => {
      expect(isSmsError(value)).toBe(false);
    },
  );
});
