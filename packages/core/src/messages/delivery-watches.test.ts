import { afterEach, expect, it, vi } from 'vitest';
import { client, connection, fake, hello } from '../client/sms-client.test.fixture.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageStore } from './message-store.js';
import { storeOver } from './message-stores.test.fixture.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('hands a message on though the store hangs, and lets the client close', async () => {
  vi.useFakeTimers();
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const memory = new MemoryMessageStore();
  let isHung = false;
  const replace: MessageStore['replace'] = (record) => (isHung ? new Promise<never>(() => {}) : memory.replace(record));
  const [a, b] = ['a', 'b'].map((id) => fake(id, undefined, undefined, { events: connection().events }));
  const sms = client([a, b] as never, { deadlineMs: 2_000, stores: { messages: storeOver(memory, { replace }) } });
  await sms.send({ ...hello, onUnknown: 'failover', deliverWithinMs: 5_000 });
  isHung = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(b?.sent).toHaveLength(1);
  const closing = sms.close();
  await vi.advanceTimersByTimeAsync(2_000);
  await closing;
  expect(warnings.mock.calls).toEqual([[expect.stringContaining('store_unavailable'), 'PolysmsWarning']]);
  expect(vi.getTimerCount()).toBe(0);
});
