import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client, connection, down, failureOf, fake, hello, lost } from '../client/sms-client.test.fixture.js';
import type { MessageLookup } from '../contract/lookup.js';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageRecord } from './message-record.js';
import type { MessageStore } from './message-store.js';
import { storeOver, storeThat } from './message-stores.test.fixture.js';

const operations = ['add', 'read', 'replace', 'link', 'find', 'claimDue', 'isFirst', 'forget'] as const;

/** A store that says what it was asked, in order. */
function watched(store: MessageStore = new MemoryMessageStore()) {
  const calls: string[] = [];
  const told = Object.fromEntries(
    operations.map((name) => [
      name,
      (...args: never[]) => {
        calls.push(name);
        return (store[name] as (...all: never[]) => unknown)(...args);
      },
    ]),
  );
  return { store: storeOver(store, told as Partial<MessageStore>), calls };
}

const lookup: MessageLookup = {
  visibleAfterMs: 1_000,
  absenceProves: false,
  find: async () => ({ outcome: 'absent' }),
};
const alive = (id: string, answers?: Parameters<typeof fake>[1]) =>
  fake(id, answers, undefined, { events: connection().events, lookup });

let warnings: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a message without a key', () => {
  it('leaves the store alone if none of the providers has something to tell afterwards', async () => {
    const { store, calls } = watched();
    const sms = client([fake('a', [down]), fake('b')], { stores: { messages: store } });
    const { id } = await sms.send(hello);
    expect(calls).toEqual([]);
    expect(await sms.messages.get(id)).toBeUndefined();
  });

  it('leaves the store alone if those that are asked have nothing to tell', async () => {
    const { store, calls } = watched();
    const routes = [{ callingCodes: ['86'], providers: ['a'] }, { providers: ['b'] }];
    const sms = client([fake('a'), alive('b')], { stores: { messages: store }, routes });
    await sms.send(hello);
    expect(calls).toEqual([]);
  });

  it.each([
    ['by webhooks', { webhooks: { read: () => Promise.reject(new Error('not called')) } }],
    ['over a connection', { events: connection().events }],
    ['when it is asked', { lookup }],
  ])('is recorded before the bytes leave, and settled, if a provider tells %s', async (_, life) => {
    const { store, calls } = watched();
    const a = fake(
      'a',
      [
        async () => {
          calls.push('bytes');
          return accepted('r');
        },
      ],
      undefined,
      life,
    );
    const sms = client([fake('mob', [down]), a], { stores: { messages: store } });
    const { id } = await sms.send(hello);
    const linking = 'lookup' in life ? [] : ['link'];
    expect(calls).toEqual(['add', 'bytes', ...linking, 'replace']);
    expect(await sms.messages.get(id)).toEqual({
      id,
      kind: 'message',
      purpose: undefined,
      to: '+86*******8000',
      createdAt: Date.now(),
      state: 'accepted',
      reason: undefined,
      providerCode: undefined,
      provider: 'a',
      attempts: [
        {
          provider: 'mob',
          outcome: 'not-sent',
          code: 'network_error',
          references: [],
          reports: [],
          lookups: undefined,
        },
        { provider: 'a', outcome: 'accepted', code: undefined, references: ['r'], reports: [], lookups: undefined },
      ],
    });
  });

  it('is recorded without its text', async () => {
    const records: MessageRecord[] = [];
    const memory = new MemoryMessageStore();
    const keep = (record: MessageRecord) => {
      records.push(record);
      return memory.replace(record);
    };
    await failureOf(
      client([alive('a', [lost])], { stores: { messages: storeOver(memory, { replace: keep }) } }).send(hello),
    );
    expect(JSON.stringify(records)).toContain('unknown');
    expect(JSON.stringify(records)).not.toContain('canary');
  });
});

describe('a store that fails', () => {
  const fails: [string, () => Promise<never>, number][] = [
    ['is down', () => Promise.reject(new RangeError('canary')), 0],
    ['hangs', () => new Promise<never>(() => {}), 1_000],
  ];

  it.each(fails)(
    'and %s has a message without a key sent all the same, with one warning',
    async (_, operation, waitMs) => {
      const a = alive('a', [accepted('r')]);
      const { store, calls } = watched(storeThat(operation));
      const sms = client([a], { stores: { messages: store } });
      const began = performance.now();
      const sending = sms.send(hello);
      await vi.advanceTimersByTimeAsync(waitMs);
      expect(await sending).toMatchObject({ provider: 'a', reference: 'r' });
      expect(performance.now() - began).toBe(waitMs);
      expect(warnings.mock.calls).toEqual([
        [
          expect.stringMatching(
            /^The message store failed: a message is sent, and its life is not recorded \(store_unavailable/,
          ),
          'PolysmsWarning',
        ],
      ]);
      expect(calls).toEqual(['add']);
    },
  );

  it.each(fails)('and %s keeps a hasty message no longer than a fifth of its time', async (_, operation) => {
    const a = alive('a');
    const sms = client([a], { stores: { messages: storeThat(operation) } });
    const sending = sms.send({ ...hello, deadlineMs: 500 });
    await vi.advanceTimersByTimeAsync(100);
    expect((await sending).provider).toBe('a');
  });

  it.each(fails)('and %s has a message with a key refused', async (_, operation) => {
    const a = alive('a');
    const sms = client([a], { stores: { messages: storeThat(operation) } });
    const failing = failureOf(sms.send({ ...hello, idempotencyKey: 'k', deadlineMs: 1_000 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await failing).toMatchObject({ outcome: 'not-sent' });
    expect(a.sent).toEqual([]);
  });

  it('says store_unavailable to a message with a key if it is down', async () => {
    const sms = client([alive('a')], {
      stores: { messages: storeThat(() => Promise.reject(new RangeError('canary'))) },
    });
    const error = await failureOf(sms.send({ ...hello, idempotencyKey: 'k' }));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  it('while a message is settled changes nothing about it', async () => {
    const replace = () => Promise.reject(new RangeError('canary'));
    const sms = client([alive('a')], { stores: { messages: storeOver(new MemoryMessageStore(), { replace }) } });
    expect((await sms.send(hello)).provider).toBe('a');
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(/^The message store could not record how a message was sent \(RangeError/),
        'PolysmsWarning',
      ],
    ]);
  });

  it('takes a record late: it is settled late', async () => {
    const memory = new MemoryMessageStore();
    const add: MessageStore['add'] = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return memory.add(...args);
    };
    const sms = client([alive('a', [accepted('r')])], { stores: { messages: storeOver(memory, { add }) } });
    const sending = sms.send(hello);
    await vi.advanceTimersByTimeAsync(1_000);
    const { id } = await sending;
    expect(memory.read(id)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(memory.read(id)).toMatchObject({ settled: { outcome: 'accepted' } });
  });
});
