import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayInBeijing, formatBeijingTime, parseBeijingTime } from './beijing-time.js';

/** Midnight between the 1st and the 2nd of January in Beijing. */
const midnight = Date.UTC(2025, 0, 1, 16);

describe('Beijing time', () => {
  it('turns the day at midnight in Beijing, whatever day it is in Greenwich', () => {
    expect(dayInBeijing(midnight - 1)).toBe('20250101');
    expect(dayInBeijing(midnight)).toBe('20250102');
    expect(dayInBeijing(Date.UTC(2025, 0, 2))).toBe('20250102');
    expect(dayInBeijing(Date.UTC(2024, 11, 31, 16))).toBe('20250101');
  });

  it('writes a moment as a clock in Beijing shows it', () => {
    expect(formatBeijingTime(Date.UTC(2025, 0, 2, 3, 4, 5, 999))).toBe('2025-01-02 11:04:05');
    expect(formatBeijingTime(midnight)).toBe('2025-01-02 00:00:00');
  });

  it('reads every second that it writes', () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) / 1000 });
    fc.assert(fc.property(seconds, (second) => parseBeijingTime(formatBeijingTime(second * 1000)) === second * 1000));
  });

  it.each([
    '2025-01-02T11:04:05',
    '2025-01-02 11:04',
    '2025-02-30 11:04:05',
    '2025-01-02 24:00:00',
    '2025-13-01 00:00:00',
    ' 2025-01-02 11:04:05',
    '',
    null,
    20250102,
  ])('reads nothing of %j', (written) => expect(parseBeijingTime(written)).toBeUndefined());

  it.each(['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'])(
    'is the same on a machine in %s',
    (zone) => {
      const module = new URL('../../dist/provider-kit/beijing-time.js', import.meta.url).href;
      const script = `import { dayInBeijing, parseBeijingTime } from '${module}';
      console.log(new Date(0).getTimezoneOffset(), dayInBeijing(${midnight - 1}), dayInBeijing(${midnight}), parseBeijingTime('2025-01-02 00:00:00'));`;
      const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
      });
      expect(printed.trim().split(' ').slice(1)).toEqual(['20250101', '20250102', String(midnight)]);
    },
  );
});
