import { EventEmitter } from 'node:events';
import type { Runner } from 'graphile-worker';
import { describe, expect, it } from 'vitest';
import { KeptRunner } from './kept-runner.js';

/** An engine that ends when the test says so. */
function engine() {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  const runner = { events: new EventEmitter(), promise, stop: async () => end() } as unknown as Runner;
  return { runner, end: () => end() };
}

describe('an engine that is kept', () => {
  it('is started again until it starts, tells each failure, and leaves no listeners behind meanwhile', async () => {
    const [first, second] = [engine(), engine()];
    const told: unknown[] = [];
    let startedAgain = () => {};
    const isStarted = new Promise<void>((resolve) => {
      startedAgain = resolve;
    });
    const start = async () => {
      if (told.length < 20) throw new Error(`start ${told.length}`);
      startedAgain();
      return second.runner;
    };
    const kept = new KeptRunner(start, first.runner, (error) => void told.push(error), 1);
    const listeners = () => first.runner.events.listenerCount('pool:gracefulShutdown:complete');
    const before = listeners();
    first.end();
    await isStarted;
    expect(told).toHaveLength(20);
    expect(listeners()).toBe(before);
    await kept.stop();
    await second.runner.promise;
  });
});
