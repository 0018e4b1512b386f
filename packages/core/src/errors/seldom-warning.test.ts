import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SeldomWarning } from './seldom-warning.js';
import { SmsError } from './sms-error.js';

let warnings: unknown[][];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...warning: unknown[]) => void warnings.push(warning));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a seldom warning', () => {
  it('is told at once, with the kind of error and its place, and nothing that it says', () => {
    new SeldomWarning('It failed').warn(new RangeError('secret'));
    expect(warnings).toEqual([
      [
        expect.stringMatching(/^It failed \(RangeError at \S+seldom-warning\.test\.ts:\d+:\d+[^()]*\)$/),
        'PolysmsWarning',
      ],
    ]);
    expect(JSON.stringify(warnings)).not.toContain('secret');
  });

  it('is told once a minute, with how many were left out', () => {
    const clock = { ms: 5 };
    const warning = new SeldomWarning('It failed', () => clock.ms);
    for (let event = 0; event < 47; event += 1) warning.warn('secret');
    clock.ms += 59_999;
    warning.warn('secret');
    expect(warnings).toEqual([['It failed (string)', 'PolysmsWarning']]);
    clock.ms += 1;
    warning.warn('secret');
    clock.ms += 60_000;
    warning.warn('secret');
    expect(warnings.slice(1)).toEqual([
      ['It failed (string; 47 more since the last warning)', 'PolysmsWarning'],
      ['It failed (string)', 'PolysmsWarning'],
    ]);
  });

  it('counts its minute by the clock of the machine', () => {
    vi.useFakeTimers();
    const warning = new SeldomWarning('It failed');
    warning.warn('secret');
    vi.advanceTimersByTime(59_999);
    warning.warn('secret');
    expect(warnings).toHaveLength(1);
    vi.advanceTimersByTime(1);
    warning.warn('secret');
    expect(warnings).toHaveLength(2);
  });

  it('tells the code of an SmsError, also one of another copy of the package', () => {
    const error = new SmsError({ code: 'store_unavailable', outcome: 'unknown', message: 'secret' });
    new SeldomWarning('It failed').warn(error);
    new SeldomWarning('It failed').warn({ [Symbol.for('polysms.SmsError')]: true, code: 'no_route' });
    expect(warnings).toEqual([
      [expect.stringMatching(/^It failed \(store_unavailable at /), 'PolysmsWarning'],
      ['It failed (no_route)', 'PolysmsWarning'],
    ]);
  });

  it.each([
    ['has a code that is none of ours', { [Symbol.for('polysms.SmsError')]: true, code: 'secret' }, 'object'],
    [
      'cannot be looked at',
      new Proxy(
        {},
        {
          has() {
            throw new Error('secret');
          },
        },
      ),
      'object',
    ],
  ])('survives an error that %s', (_, thrown, kind) => {
    new SeldomWarning('It failed').warn(thrown);
    expect(warnings).toEqual([[`It failed (${kind})`, 'PolysmsWarning']]);
  });

  it('says what it is told to say in the place of the kind', () => {
    new SeldomWarning('It failed').warn(undefined, 'no answer in time');
    expect(warnings).toEqual([['It failed (no answer in time)', 'PolysmsWarning']]);
  });
});
