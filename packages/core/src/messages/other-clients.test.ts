import { expect, it, vi } from 'vitest';
import { client, connection, failureOf, fake, hello, lost } from '../client/sms-client.test.fixture.js';
import type { LookupOutcome } from '../contract/lookup.js';
import { MemoryMessageStore } from './memory-message-store.js';

/** A client of one provider over a store that others have too. */
function clientOf(id: string, messages: MemoryMessageStore) {
  const asked: string[] = [];
  const find = async (query: { readonly id: string }): Promise<LookupOutcome> => {
    asked.push(query.id);
    return { outcome: 'absent' };
  };
  const lookup = { visibleAfterMs: 0, absenceProves: true, find };
  const { events, tell } = connection();
  const provider = fake(id, [lost], undefined, { lookup, events });
  return { sms: client([provider], { stores: { messages }, messages: { sweepEveryMs: false } }), asked, tell };
}

it('leaves a message of a provider that it does not have to a client that has it', async () => {
  vi.useFakeTimers();
  const messages = new MemoryMessageStore();
  // As before and after a deployment that adds a provider.
  const [old, later] = [clientOf('a', messages), clientOf('b', messages)];
  const settled: string[] = [];
  later.sms.on('settled', ({ id }) => settled.push(id));
  await failureOf(later.sms.send(hello));
  const id = settled[0] ?? '';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await old.sms.messages.sweep()).toEqual({ messages: 1, lookups: 0 });
  // It is not looked at again and again meanwhile.
  expect(await old.sms.messages.sweep()).toEqual({ messages: 0, lookups: 0 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await later.sms.messages.sweep()).toEqual({ messages: 1, lookups: 1 });
  expect([old.asked, later.asked]).toEqual([[], [id]]);
  expect((await later.sms.messages.get(id))?.state).toBe('not-sent');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(await old.sms.messages.sweep()).toEqual({ messages: 0, lookups: 0 });
});
