import { describe, expect, it } from 'vitest';
import type { AlarmEvent } from '../telemetry/events.js';
import { ApprovalRate, type ApprovalRateOptions } from './approval-rate.js';
import { hourMs } from './guard.test.fixture.js';

const minuteMs = 60_000;

function rateAt(options: Partial<ApprovalRateOptions> = {}) {
  // In the middle of a half.
  const clock = { ms: 100 * hourMs + 15 * minuteMs };
  const alarms: AlarmEvent[] = [];
  const rate = new ApprovalRate({
    windowMs: hourMs,
    minimumStarts: 10,
    approvalRatePercent: 30,
    now: () => clock.ms,
    raise: (alarm) => alarms.push(alarm),
    ...options,
  });
  const start = (prefix: string, times: number) => {
    for (let time = 0; time < times; time += 1) rate.started(prefix);
  };
  const approve = (prefix: string, times: number) => {
    for (let time = 0; time < times; time += 1) rate.approved(prefix);
  };
  /** Two minutes later something happens elsewhere. */
  const later = (ms = 2 * minuteMs) => {
    clock.ms += ms;
    rate.approved('+elsewhere');
  };
  return { clock, alarms, rate, start, approve, later };
}

describe('the alarm about a prefix', () => {
  it('is raised when too few codes come back, with what was counted', () => {
    const { alarms, start, approve, later } = rateAt();
    start('+861380013****', 10);
    approve('+861380013****', 2);
    later();
    expect(alarms).toStrictEqual([
      { prefix: '+861380013****', starts: 10, approvals: 2, approvalRatePercent: 20, windowMs: hourMs },
    ]);
  });

  it('waits until the starts have had time to be answered', () => {
    const { alarms, start, later } = rateAt();
    start('+861', 15);
    later(2 * minuteMs - 1);
    expect(alarms).toHaveLength(0);
    later(1);
    expect(alarms).toHaveLength(1);
  });

  it('counts at a later start of any prefix, too', () => {
    const { alarms, clock, start } = rateAt();
    start('+861', 10);
    clock.ms += 2 * minuteMs;
    start('+1', 1);
    expect(alarms.map(({ prefix }) => prefix)).toStrictEqual(['+861']);
  });

  it.each([
    [9, 0, 0],
    [10, 0, 1],
    [10, 3, 0],
    [10, 2, 1],
    [100, 30, 0],
  ])('of %d starts with %d approvals is raised %d times', (starts, approvals, raised) => {
    const { alarms, start, approve, later } = rateAt({ minimumStarts: 10 });
    // Approvals come before their starts count, so that no order of counting looks worse than it is.
    approve('+861', approvals);
    start('+861', starts);
    later();
    expect(alarms).toHaveLength(raised);
  });

  it('rounds the rate down: below 30 never reads 30', () => {
    const { alarms, start, approve, later } = rateAt({ minimumStarts: 1007 });
    start('+861', 1007);
    approve('+861', 302);
    later();
    expect(alarms.map(({ approvalRatePercent }) => approvalRatePercent)).toStrictEqual([29.9]);
  });

  it('keeps prefixes apart', () => {
    const { alarms, start, approve, later } = rateAt();
    start('+861', 9);
    start('+862', 9);
    start('+863', 10);
    approve('+861', 10);
    later();
    expect(alarms.map(({ prefix }) => prefix)).toStrictEqual(['+863']);
  });

  it('is raised once in a window for a prefix, and again in the next', () => {
    const { alarms, clock, start, later } = rateAt();
    start('+861', 20);
    later();
    const first = clock.ms;
    while (clock.ms < first + hourMs - 4 * minuteMs) {
      start('+861', 5);
      later();
    }
    expect(alarms).toHaveLength(1);
    start('+861', 20);
    clock.ms = first + hourMs - 1;
    later(0);
    expect(alarms).toHaveLength(1);
    start('+861', 20);
    later();
    expect(alarms).toHaveLength(2);
  });

  it('is quiet for one window exactly', () => {
    const { alarms, clock, start, later } = rateAt();
    start('+861', 20);
    later();
    clock.ms += hourMs - 2 * minuteMs;
    start('+861', 20);
    later(2 * minuteMs - 1);
    expect(alarms).toHaveLength(1);
    later(1);
    expect(alarms).toHaveLength(2);
  });

  it('forgets starts and approvals when their half leaves the window', () => {
    const { alarms, clock, start, approve, later } = rateAt();
    start('+861', 9);
    approve('+862', 9);
    start('+862', 9);
    later();
    clock.ms += 30 * minuteMs;
    start('+862', 10);
    later();
    // The halves of 9 approvals to 9 starts, and of 0 to 10.
    expect(alarms).toHaveLength(0);
    clock.ms += 30 * minuteMs;
    start('+861', 1);
    start('+862', 1);
    later();
    // The nine starts of the one are gone, and the nine approvals of the other.
    expect(alarms).toStrictEqual([expect.objectContaining({ prefix: '+862', starts: 11, approvals: 0 })]);
  });

  it('forgets both halves after a quiet hour', () => {
    const { alarms, clock, start, later } = rateAt();
    start('+861', 9);
    later();
    clock.ms += 90 * minuteMs;
    start('+861', 9);
    later();
    expect(alarms).toHaveLength(0);
  });

  it('counts a start for the half when it was made, so that it meets its approval', () => {
    const { alarms, clock, start, approve, later } = rateAt();
    clock.ms += 14 * minuteMs;
    approve('+861', 10);
    start('+861', 10);
    // Counted a minute into the next half.
    later();
    expect(alarms).toHaveLength(0);
    clock.ms += 30 * minuteMs;
    start('+861', 9);
    later();
    // Both have left the window together: nine are too few.
    expect(alarms).toHaveLength(0);
    start('+861', 1);
    later();
    expect(alarms).toHaveLength(1);
  });

  it('counts a start of the half before, which is still in the window', () => {
    const { alarms, clock, start, later } = rateAt();
    clock.ms += 14 * minuteMs;
    start('+861', 10);
    later();
    expect(alarms).toMatchObject([{ starts: 10 }]);
  });

  it('drops starts that are counted when their window has long ended', () => {
    const { alarms, start, later } = rateAt();
    start('+861', 100);
    later(3 * hourMs);
    expect(alarms).toHaveLength(0);
  });
});

describe('its memory', () => {
  it('counts every start once, however many wait', () => {
    const { alarms, clock, start, later } = rateAt({ minimumStarts: 30_000, windowMs: 100 * hourMs });
    for (let wave = 0; wave < 30; wave += 1) {
      start('+861', 1_000);
      clock.ms += minuteMs / 2;
    }
    expect(alarms).toHaveLength(0);
    later();
    expect(alarms).toMatchObject([{ starts: 30_000 }]);
  });

  it('counts the oldest early when more than 100,000 wait', () => {
    const { alarms, start } = rateAt({ minimumStarts: 1 });
    start('+861', 100_000);
    expect(alarms).toHaveLength(0);
    start('+862', 1);
    expect(alarms).toMatchObject([{ prefix: '+861', starts: 1 }]);
  });

  it('forgets the prefix that was quiet for longest beyond 10,000', () => {
    const { alarms, rate, start, approve, later } = rateAt({ minimumStarts: 1 });
    approve('+forgotten', 1);
    approve('+kept', 1);
    for (let other = 0; other < 9_999; other += 1) rate.approved(`+${other}`);
    start('+kept', 1);
    start('+forgotten', 1);
    later();
    expect(alarms.map(({ prefix }) => prefix)).toContain('+forgotten');
  });
});
