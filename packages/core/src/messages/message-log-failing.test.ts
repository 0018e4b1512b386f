import { describe, expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { attempt, begun, id, report, taken } from './message-log.test.fixture.js';
import type { MessageStore } from './message-store.js';

const down = () => {
  throw new RangeError('It is down.');
};
const away = async () => down();

/** What the process heard of promises that nobody listens to while a message was settled. */
async function settledOver(changes: (memory: MessageStore) => Partial<MessageStore>) {
  const { log, record, memory } = await begun(changes);
  const unheard: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  const listen = (reason: unknown) => void unheard.push(reason);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listen);
  try {
    const several = { outcome: 'accepted', reference: 'r', references: ['s'] } as const;
    const settling = (async () => log.settle(record, { ...taken, accepted: several }))();
    await expect(settling).rejects.toThrow('It is down.');
    // Node tells of them when a turn has ended.
    await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    process.removeListener('unhandledRejection', listen);
    for (const listener of others) process.on('unhandledRejection', listener);
  }
  return { unheard, settled: memory.read(id)?.settled };
}

describe('a settlement over a store that is down', () => {
  it('leaves no rejection that nobody hears, whether the store throws or rejects', async () => {
    for (const link of [down, away]) {
      for (const replace of [down, away]) {
        expect((await settledOver(() => ({ link, replace }))).unheard).toEqual([]);
      }
    }
  });

  it('tells what a report has resolved, if only the link is not written down', async () => {
    for (const link of [down, away]) {
      const { log, record, resolved } = await begun(() => ({ link }));
      await log.report('a', report({ id }));
      const attempts = [attempt('a', 'unknown'), attempt('b', 'accepted')];
      const settling = (async () => log.settle(record, { attempts, accepted: accepted('r'), error: undefined }))();
      await expect(settling).rejects.toThrow('It is down.');
      expect(resolved).toMatchObject([{ id, provider: 'a', outcome: 'accepted', by: 'report' }]);
    }
  });

  it('is written down if only the link is not', async () => {
    for (const link of [down, away]) {
      expect(await settledOver(() => ({ link }))).toEqual({ unheard: [], settled: { outcome: 'accepted' } });
    }
  });
});
