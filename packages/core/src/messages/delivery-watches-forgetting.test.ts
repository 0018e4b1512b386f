import { afterEach, expect, it, vi } from 'vitest';
import { client, connection, fake, hello } from '../client/sms-client.test.fixture.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageStore } from './message-store.js';
import { storeOver } from './message-stores.test.fixture.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const urgent = { ...hello, onUnknown: 'failover', deliverWithinMs: 5_000 } as const;

/** Providers whose vendors talk, and a client over them and a store that answers otherwise. */
function talking(changes: (memory: MemoryMessageStore) => Partial<MessageStore> = () => ({})) {
  vi.useFakeTimers();
  const memory = new MemoryMessageStore();
  const vendors = [connection(), connection()] as const;
  const a = fake('a', undefined, undefined, { events: vendors[0].events });
  const b = fake('b', undefined, undefined, { events: vendors[1].events });
  const stores = { messages: storeOver(memory, changes(memory)) };
  return { a, b, memory, vendor: vendors[0], sms: client([a, b], { deadlineMs: 2_000, stores }) };
}

it('believes a report that comes while it reads, rather than what it reads', async () => {
  let answer = (): void => {};
  let isSlow = false;
  const { sms, b, vendor } = talking((memory) => ({
    read: (id) => {
      if (!isSlow) return memory.read(id);
      isSlow = false;
      const old = memory.read(id);
      return new Promise((resolve) => {
        answer = () => resolve(old);
      });
    },
  }));
  const { id } = await sms.send(urgent);
  isSlow = true;
  await vi.advanceTimersByTimeAsync(5_000);
  await vendor.tell({ kind: 'report', id, state: 'delivered' });
  answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(b.sent).toEqual([]);
});

it('hands nothing on that has been forgotten: nobody could learn that it has arrived', async () => {
  for (const erase of ['by this client', 'by another process'] as const) {
    const { sms, b, memory } = talking();
    await sms.send({ ...hello, to: '+8613900139000' });
    await sms.send(urgent);
    if (erase === 'by another process') await memory.forget(hello.to);
    else {
      await sms.messages.forget(hello.to);
      // Its text is gone, too, which the watch has held.
      expect(vi.getTimerCount()).toBe(0);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(b.sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  }
});

it('hands on, and ends no process, though the store answers something else', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  for (const nonsense of [{}, 42, null, { attempts: 'none' }]) {
    let isBroken = false;
    const { sms, b } = talking((memory) => ({
      read: (id) => (isBroken ? (nonsense as never) : memory.read(id)),
    }));
    await sms.send(urgent);
    isBroken = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(b.sent).toHaveLength(1);
    await sms.close();
  }
});
