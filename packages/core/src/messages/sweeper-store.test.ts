import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fake } from '../client/sms-client.test.fixture.js';
import type { MessageLookup } from '../contract/lookup.js';
import { EventHub } from '../telemetry/events.js';
import { MemoryMessageStore } from './memory-message-store.js';
import { MessageLog } from './message-log.js';
import { recordOf, to } from './message-stores.test.fixture.js';
import { Sweeper } from './sweeper.js';

const deadlineMs = 10_000;

beforeEach(() => void vi.useFakeTimers({ now: 2_000_000 }));
afterEach(() => void vi.useRealTimers());

/** A sweeper over providers a and b, both of which can be asked, and one message whose call has died. */
function sweeperOf() {
  const store = new MemoryMessageStore();
  const find = vi.fn<MessageLookup['find']>(async () => ({ outcome: 'absent' }));
  const lookup = { visibleAfterMs: 0, absenceProves: true, find };
  const providers = new Map(['a', 'b'].map((id) => [id, fake(id, [], undefined, { lookup })]));
  const log = new MessageLog({ store, retainMs: 86_400_000, providers, events: new EventHub() });
  const record = recordOf({
    dueAt: 1_011_000,
    attempts: [
      {
        provider: 'a',
        history: [],
        attempt: { provider: 'a', outcome: 'unknown', durationMs: 1 },
        accepted: { reference: 'of-a' },
      },
    ],
  });
  void store.add(record, 86_400_000);
  return { store, find, sweeper: new Sweeper({ store, log, providers, deadlineMs }) };
}

it('has eight messages at once, each for as long as claiming, reading, asking and writing may take', async () => {
  const { store, sweeper } = sweeperOf();
  const claimDue = vi.spyOn(store, 'claimDue');
  await sweeper.sweep();
  // The one that is done is followed by the next, one at a time.
  const leaseMs = 4 * deadlineMs + 1_000;
  expect(claimDue.mock.calls).toEqual([
    [2_000_000, 8, leaseMs],
    [2_000_000, 1, leaseMs],
  ]);
});

it('gives each provider its own name of the message, and a deadline', async () => {
  const { find, sweeper } = sweeperOf();
  expect(await sweeper.sweep()).toEqual({ messages: 1, lookups: 2 });
  const query = { id: 'message-1', to, sentFrom: 1_000_000, sentUntil: 1_010_000 };
  expect(find.mock.calls.map(([asked]) => asked)).toStrictEqual([{ ...query, reference: 'of-a' }, query]);
  for (const [, { deadline }] of find.mock.calls) expect(deadline.remainingMs()).toBe(deadlineMs);
});

it('asks nobody about a message that has been erased since it was claimed', async () => {
  const { store, find, sweeper } = sweeperOf();
  vi.spyOn(store, 'read').mockReturnValue(undefined);
  expect(await sweeper.sweep()).toEqual({ messages: 1, lookups: 0 });
  expect(find).not.toHaveBeenCalled();
});

it('fails with a store that answers something else', async () => {
  const { store, sweeper } = sweeperOf();
  vi.spyOn(store, 'claimDue').mockReturnValue('message-1' as never);
  await expect(sweeper.sweep()).rejects.toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
});
