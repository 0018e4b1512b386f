import { afterEach, describe, expect, it, vi } from 'vitest';
import { connection, fake } from '../client/sms-client.test.fixture.js';
import type { Deadline } from '../contract/deadline.js';
import { Circuit } from '../delivery/circuits/circuit.js';
import { parseCircuitBreakerOptions } from '../delivery/circuits/circuit-breaker-options.js';
import { delivery } from '../delivery/router.test.fixture.js';
import { accepted } from '../provider-kit/outcomes.js';
import { logWith, taken } from './message-log.test.fixture.js';
import type { MessageStore } from './message-store.js';
import { RecordedDeliveries } from './recorded-deliveries.js';

afterEach(() => void vi.restoreAllMocks());

/** A call whose time has run out since somebody looked. */
const deadline: Deadline = { remainingMs: () => 0, ended: undefined, onEnd: () => () => {} };

const provider = fake('a', [], undefined, { events: connection().events });
const account = { id: 'a', provider, circuit: new Circuit('a', parseCircuitBreakerOptions({})) };

/** Delivers a message when no time is left in which the store could take its record. */
async function deliverWith(add: (memory: MessageStore) => MessageStore['add']) {
  const { log, memory } = logWith((store) => ({ add: add(store) }));
  const deliveries = new RecordedDeliveries({
    log,
    watches: { watch: () => {} },
    router: {
      async deliver(_delivery, _call, observer) {
        await observer?.planned([account]);
        await observer?.ended(taken);
        return taken;
      },
    },
  });
  const delivered = await deliveries.deliver({ ...delivery, ask: async () => accepted('r') }, { deadline });
  expect(delivered).toBe(taken);
  return memory;
}

describe('a record that the store takes when no time is left to wait for it', () => {
  it('is settled all the same', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    let take = () => {};
    const later = new Promise<void>((resolve) => {
      take = resolve;
    });
    const memory = await deliverWith((store) => async (...args) => {
      await later;
      return store.add(...args);
    });
    expect(warnings).toHaveBeenCalledTimes(1);
    take();
    await vi.waitFor(() => expect(memory.read(delivery.id)).toMatchObject({ settled: { outcome: 'accepted' } }));
  });

  it('may fail to be taken: the process hears of it in a warning alone', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const rejections = vi.fn();
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', rejections);
    try {
      await deliverWith(() => async () => {
        throw new RangeError('It is down.');
      });
      // Node tells of them when a turn has ended.
      await new Promise((resolve) => setTimeout(resolve, 1));
    } finally {
      process.removeListener('unhandledRejection', rejections);
      for (const listener of others) process.on('unhandledRejection', listener);
    }
    expect(rejections).not.toHaveBeenCalled();
    expect(warnings).toHaveBeenCalledTimes(1);
  });
});
