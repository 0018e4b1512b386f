import { describe, expect, it } from 'vitest';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { withoutCode } from './without-code.js';

const cause = new Error('transport');

describe('an outcome without the code', () => {
  it('is the outcome itself when it does not repeat the code', () => {
    for (const outcome of [
      accepted('864297'),
      refused('content_rejected', 'No.'),
      refused('content_rejected', 'No.', { providerCode: '209', cause }),
    ]) {
      expect(withoutCode(outcome, '864297')).toBe(outcome);
    }
  });

  it('has stars in its place, and no cause', () => {
    const details = { providerCode: 'c-864297-864297', retryAfterMs: 5, cause };
    expect(withoutCode(refused('content_rejected', '864297 is 864297', details), '864297')).toEqual({
      outcome: 'refused',
      code: 'content_rejected',
      message: '*** is ***',
      providerCode: 'c-***-***',
      retryAfterMs: 5,
      cause: undefined,
    });
  });

  it('is cleaned of a code that only one of the two repeats', () => {
    expect(withoutCode(notSent('timeout', 'of 864297'), '864297')).toMatchObject({ message: 'of ***' });
    const inCode = notSent('timeout', 'No.', { providerCode: '864297', cause });
    expect(withoutCode(inCode, '864297')).toMatchObject({ message: 'No.', providerCode: '***', cause: undefined });
  });

  it('has no cause that repeats the code, whatever the message says', () => {
    for (const said of [
      new Error('body: {"code":"864297"}'),
      new Error('outer', { cause: new Error('of 864-297') }),
      Object.assign(new Error('outer'), { body: { params: ['%38%36%34%32%39%37'] } }),
      { text: '864 297' },
      '８６４２９７',
      // On every Node; what else throws is shown by newer ones.
      Object.defineProperty(new Map([['a', 'map']]), 'size', {
        get() {
          throw new Error('cannot be looked at');
        },
      }),
    ]) {
      const outcome = withoutCode(refused('content_rejected', 'No.', { cause: said }), '864297');
      expect(outcome).toEqual(refused('content_rejected', 'No.', { cause: undefined }));
    }
  });

  it('keeps a cause in whose stack the digits only stand', () => {
    const thrown = Object.assign(new Error('transport'), { stack: 'Error: transport\n    at /app/a.js:864:297' });
    const outcome = refused('content_rejected', 'No.', { cause: thrown });
    expect(withoutCode(outcome, '864297')).toBe(outcome);
  });

  it('has stars for any spelling, and for a number', () => {
    const outcome = refused('content_rejected', 'of 864 297', { providerCode: 864297 as unknown as string });
    expect(withoutCode(outcome, '864297')).toMatchObject({ message: 'of ***', providerCode: '***' });
    expect(withoutCode(refused('content_rejected', 'of %38%364297'), '864297')).toMatchObject({ message: 'of ***' });
  });

  it('has its reason, whatever was typed for a code', () => {
    const outcome = refused('content_rejected', 'No.');
    expect(withoutCode(outcome, 'content_rejected')).toBe(outcome);
    expect(withoutCode(outcome, 'n')).toMatchObject({ code: 'content_rejected', message: '***o.' });
  });

  it('is the outcome itself when there is no code', () => {
    const outcome = refused('content_rejected', 'No.');
    expect(withoutCode(outcome, '')).toBe(outcome);
  });
});
