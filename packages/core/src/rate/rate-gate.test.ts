import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../provider-kit/virtual-clock.test.fixture.js';
import { RateGate } from './rate-gate.js';

let clock: VirtualClock;
let log: string[];
beforeEach(() => {
  clock = new VirtualClock();
  log = [];
});

const gateOf = (maxWaitMs = 60_000) => new RateGate({ maxWaitMs, clock, random: () => 0 });
const note = (name: string, answer: Promise<boolean> | undefined) => {
  if (answer === undefined) log.push(`${name} at once`);
  else void answer.then((mayBegin) => log.push(`${name} ${mayBegin ? 'begins' : 'fails'} at ${clock.now()}`));
};
/** A refused message asks to begin again. */
const again = (gate: RateGate, name: string, retryAfterMs?: number, heldSince = clock.now(), begunAt = clock.now()) =>
  note(name, gate.again(begunAt, heldSince, { retryAfterMs }));
const enter = (gate: RateGate) => note('new', gate.enter());

describe('a gate', () => {
  it('lets everything pass while nothing is refused', () => {
    const gate = gateOf();
    for (let message = 0; message < 3; message += 1) enter(gate);
    expect(log).toEqual(['new at once', 'new at once', 'new at once']);
    expect(clock.timers).toBe(0);
  });

  it('lets those that were held the longest go first, and new ones after all of them', async () => {
    const gate = gateOf();
    enter(gate);
    await clock.advanceTo(500);
    again(gate, 'held since 500', 5_000, 500, 0);
    again(gate, 'held since 100', 5_000, 100, 0);
    again(gate, 'held since 300', 5_000, 300, 0);
    again(gate, 'also since 300', 5_000, 300, 0);
    again(gate, 'also since 100', 5_000, 100, 0);
    expect(gate.held).toBe(5);
    enter(gate);
    await clock.advanceTo(20_000);
    expect(log.map((line) => line.replace(/ begins at \d+$/, ''))).toEqual([
      'new at once',
      'held since 100',
      'also since 100',
      'held since 300',
      'also since 300',
      'held since 500',
      'new',
    ]);
    expect(log[1]).toMatch(/at 5500$/);
    expect(gate.held).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('spaces those that pass it after a wait, one timer for all of them', async () => {
    const gate = gateOf();
    enter(gate);
    again(gate, 'a', 1_000);
    again(gate, 'b', 1_000);
    enter(gate);
    expect(clock.timers).toBe(1);
    await clock.advanceTo(1_500);
    expect(log).toEqual(['new at once', 'a begins at 1000']);
    await clock.advanceTo(2_500);
    expect(log.slice(2)).toEqual(['b begins at 2053']);
  });

  it('keeps one that comes when it is free at once behind the one before it', async () => {
    const gate = gateOf();
    enter(gate);
    again(gate, 'a', 1_000);
    await clock.advanceTo(1_000);
    enter(gate);
    await clock.advanceTo(3_500);
    enter(gate);
    expect(log).toEqual([
      'new at once',
      'a begins at 1000',
      expect.stringMatching(/^new begins at 20\d\d$/),
      'new at once',
    ]);
  });

  it('lets a new one pass at the very moment at which the wait is over', async () => {
    const gate = gateOf(2_000);
    await clock.advanceTo(1_500);
    again(gate, 'a', 1_000, 0, 1_500);
    await clock.advanceTo(2_500);
    enter(gate);
    expect(log).toEqual(['a at once', 'new at once']);
  });

  it('wakes a new one that waits when the wait is over', async () => {
    const gate = gateOf(2_000);
    await clock.advanceTo(1_500);
    again(gate, 'a', 1_000, 0, 1_500);
    enter(gate);
    await clock.advanceTo(2_500);
    expect(log).toEqual(['a at once', 'new begins at 2500']);
  });

  it('lets no new one pass before those that it holds, though a stall has made room for both', async () => {
    const gate = gateOf();
    again(gate, 'a', 1_000);
    clock.stallTo(5_000);
    enter(gate);
    await clock.advanceTo(9_000);
    expect(log.map((line) => line.replace(/ at \d+$/, ''))).toEqual(['a begins', 'new begins']);
  });

  it('lets those that it holds go when it learns that this helps nobody', async () => {
    const gate = gateOf(5_000);
    again(gate, 'a', 4_000);
    await clock.advanceTo(2_000);
    again(gate, 'b', 6_000, 2_000, 0);
    await clock.advanceTo(3_000);
    expect(log).toEqual(['b at once', 'a begins at 2000']);
  });

  it('waits longer when one of those that were under way is told so', async () => {
    const gate = gateOf();
    again(gate, 'a', 1_000);
    await clock.advanceTo(10);
    again(gate, 'b', 2_000, 10, 0);
    await clock.advanceTo(2_500);
    expect(log).toEqual(['a begins at 2010']);
  });
});

describe('a message that is held', () => {
  it('fails when its time is up, at that moment, also if it stands behind others', async () => {
    const gate = gateOf(2_000);
    again(gate, 'a', 1_500);
    again(gate, 'b', 1_500);
    again(gate, 'c', 1_500);
    enter(gate);
    await clock.advanceTo(5_000);
    // Those that failed have used no turn.
    expect(log).toEqual(['a begins at 1500', 'b fails at 2000', 'c fails at 2000', 'new begins at 2553']);
    expect(clock.timers).toBe(0);
  });

  it('fails at once if its time is up before the wait is over', async () => {
    const gate = gateOf(2_000);
    again(gate, 'a', 1_000);
    await clock.advanceTo(1_500);
    gate.accepted(1_000);
    again(gate, 'in time', 1_000, 500, 1_000);
    again(gate, 'too late', 1_000, 499, 1_000);
    expect(log).toEqual(['a begins at 1000', 'too late at once']);
    await clock.advanceTo(2_600);
    expect(log.slice(2)).toEqual(['in time begins at 2500']);
  });

  it('is not held at all by a gate that may hold nothing', () => {
    const gate = gateOf(0);
    again(gate, 'a', 0);
    again(gate, 'b');
    enter(gate);
    expect(log).toEqual(['a at once', 'b at once', 'new at once']);
  });
});

describe('a gate that has ended', () => {
  it('fails what it holds and what comes, and begins nothing', async () => {
    const gate = gateOf();
    again(gate, 'a', 1_000);
    again(gate, 'b', 1_000);
    enter(gate);
    gate.end();
    gate.end();
    expect(clock.timers).toBe(0);
    expect(gate.held).toBe(0);
    enter(gate);
    again(gate, 'c', 1_000);
    await clock.advanceTo(10_000);
    expect(log).toEqual(['c at once', 'a fails at 0', 'b fails at 0', 'new fails at 0', 'new fails at 0']);
    expect(clock.timers).toBe(0);
  });

  it('begins nothing further, although nothing was ever refused', async () => {
    const gate = gateOf();
    gate.end();
    enter(gate);
    await clock.advanceTo(0);
    expect(log).toEqual(['new fails at 0']);
  });
});
