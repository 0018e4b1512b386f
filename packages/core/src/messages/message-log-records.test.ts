import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connection, fake } from '../client/sms-client.test.fixture.js';
import type { MessageLookup } from '../contract/lookup.js';
import { accepted } from '../provider-kit/outcomes.js';
import { EventHub, type ReportEvent, type ResolvedEvent } from '../telemetry/events.js';
import { MemoryMessageStore } from './memory-message-store.js';
import { MessageLog } from './message-log.js';
import { to } from './message-stores.test.fixture.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const lookup: MessageLookup = {
  visibleAfterMs: 5_000,
  absenceProves: true,
  find: async () => ({ outcome: 'inconclusive' }),
};

/** A log over three providers: one reports, one can be asked, and one does neither. */
function logOf() {
  const store = new MemoryMessageStore();
  const events = new EventHub();
  const providers = new Map([
    ['reports', fake('reports', [], undefined, { events: connection().events })],
    ['asked', fake('asked', [], undefined, { lookup })],
    ['neither', fake('neither')],
  ]);
  return { store, events, log: new MessageLog({ store, retainMs: 86_400_000, providers, events }) };
}

const message = { id: 'm', kind: 'message', to } as const;
const taken = (provider: string, reference: string) => ({
  attempts: [{ provider, outcome: 'accepted', durationMs: 1 }] as const,
  accepted: accepted(reference),
  error: undefined,
});

describe('the first record of a message', () => {
  it('is all that is known before it is sent', () => {
    expect(logOf().log.newRecord(message, ['reports'], 9_999.5)).toEqual({
      version: 1,
      id: 'm',
      revision: 1,
      kind: 'message',
      to: to.e164,
      createdAt: 1_000_000,
      settlesBy: 1_010_000,
      providers: ['reports'],
      attempts: [],
    });
  });

  it('is due a second after the end of its call if one of its providers can be asked', () => {
    const { log } = logOf();
    const dueAt = (...providers: string[]) => log.newRecord(message, providers, 10_000).dueAt;
    expect([dueAt('reports', 'asked'), dueAt('asked')]).toEqual([1_011_000, 1_011_000]);
    expect([dueAt('reports', 'neither'), dueAt('gone')]).toEqual([undefined, undefined]);
  });

  it('says what a verification is for, and so does what is told of it', async () => {
    const { log, events } = logOf();
    const heard: (ReportEvent | ResolvedEvent)[] = [];
    events.on('report', (event) => heard.push(event));
    events.on('resolved', (event) => heard.push(event));
    const record = log.newRecord({ ...message, kind: 'verification', purpose: 'login' }, ['reports'], 10_000);
    expect(record).toMatchObject({ kind: 'verification', purpose: 'login' });
    await log.begin(record);
    vi.advanceTimersByTime(20_000);
    await log.report('reports', { kind: 'report', id: 'm', state: 'sent' });
    expect(heard).toHaveLength(2);
    for (const event of heard) expect(event).toMatchObject({ kind: 'verification', purpose: 'login' });
  });
});

describe('a reference', () => {
  it('is linked for a provider that reports, and for no other', async () => {
    for (const [provider, links] of [
      ['reports', 1],
      ['asked', 0],
      ['gone', 0],
    ] as const) {
      const { log, store } = logOf();
      const link = vi.spyOn(store, 'link');
      const record = log.newRecord(message, [provider], 10_000);
      await log.begin(record);
      await log.settle(record, taken(provider, 'r'));
      if (provider !== 'reports')
        await log.lookedUp(record, [{ provider, outcome: { outcome: 'found', reference: 'r' } }]);
      expect(link.mock.calls).toEqual(Array.from({ length: links }, () => [provider, 'r', 'm', 86_400_000]));
    }
  });
});

describe('a report that waits for its message', () => {
  it('holds four digits of its phone and no more, since nobody could erase it', async () => {
    const { log, store } = logOf();
    const find = vi.spyOn(store, 'find');
    await log.report('reports', { kind: 'report', reference: 'r', state: 'sent', to: to.e164 });
    await log.report('reports', { kind: 'report', reference: 's', state: 'sent' });
    expect(find.mock.calls).toEqual([
      ['reports', 'r', { state: 'sent', reference: 'r', phoneEnding: '8000' }, 3_600_000],
      ['reports', 's', { state: 'sent', reference: 's' }, 3_600_000],
    ]);
    const record = log.newRecord(message, ['reports'], 10_000);
    await log.begin(record);
    await log.settle(record, taken('reports', 'r'));
    expect(store.read('m')?.attempts[0]?.history).toStrictEqual([{ state: 'sent', reference: 'r' }]);
  });
});
