import { describe, expect, it } from 'vitest';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { within } from './within.js';

const error = new Error('No.');

describe('work within a deadline', () => {
  it.each<[string, () => PromiseLike<number> | number, object]>([
    ['resolves', async () => 7, { value: 7 }],
    ['answers at once', () => 7, { value: 7 }],
    ['rejects', () => Promise.reject(error), { error }],
    [
      'throws',
      () => {
        throw error;
      },
      { error },
    ],
  ])('that %s is told, and leaves nothing behind', async (_what, work, settled) => {
    const deadline = new ManualDeadline();
    expect(await within(deadline, work)).toEqual(settled);
    expect(deadline.listening).toBe(0);
  });

  it('that hangs is late, and what it does afterwards is dropped', async () => {
    const deadline = new ManualDeadline();
    let fail = (_error: unknown) => {};
    const waiting = within(deadline, () => new Promise<never>((_resolve, reject) => (fail = reject)));
    expect(deadline.listening).toBe(1);
    deadline.end('deadline_exceeded');
    expect(await waiting).toEqual({ late: true });
    fail(error);
  });

  it('may answer a little after the end', async () => {
    const deadline = new ManualDeadline();
    deadline.end('deadline_exceeded');
    expect(await within(deadline, async () => 7)).toEqual({ value: 7 });
  });
});
