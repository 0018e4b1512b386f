import { describe, expect, it } from 'vitest';
import { RunningJobs } from './running-jobs.js';

const never = new Promise<never>(() => {});

describe('the end of a worker', () => {
  it('comes with the end of its engine', async () => {
    const running = new RunningJobs();
    void running.during(never);
    await running.endOf(Promise.resolve());
    await running.endOf(Promise.reject(new Error('It failed.')));
  });

  it('waits for the jobs that have begun, and not for an engine that never ends', async () => {
    const running = new RunningJobs();
    let finish = () => {};
    const job = running.during(
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    );
    running.during(Promise.reject(new Error('It failed.'))).catch(() => {});
    let hasEnded = false;
    const ended = running.endOf(never, 1).then(() => {
      hasEnded = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    finish();
    await Promise.all([job, ended]);
    expect(hasEnded).toBe(true);
  });
});
