import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client, connection, fake, to } from '../client/sms-client.test.fixture.js';
import type { LookupOutcome } from '../contract/lookup.js';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { ReportedState } from '../contract/provider-events.js';
import { accepted, notSent, unknown } from '../provider-kit/outcomes.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageRecord } from './message-record.js';
import { storeOver } from './message-stores.test.fixture.js';

const seed = Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101);
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const messages = Number(process.env['POLYSMS_TEST_RUNS'] ?? (isLong ? 100_000 : 1_000));
/** Messages of one client: few enough for the fake clock, which looks through all timers for the next. */
const batch = 250;
const hourMs = 3_600_000;
/** Longer than the sweep waits, so that one that came too early would be seen. */
const visibleAfterMs = 1_800_000;

type Random = (from: number, to: number) => number;
type Told = 'accepted' | 'unknown' | 'not-sent';

/** What the vendor knows of a message, and what its sender was told. */
interface Entry {
  readonly id: string;
  readonly key: string | undefined;
  readonly reference: string;
  told: Told;
  /** When the vendor had it; undefined if it never did. */
  takenAt: number | undefined;
  last: ReportedState | undefined;
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A vendor with a ledger: it loses requests and answers, and reports late, twice, out of order, or before it answers. */
function vendor(random: Random, absenceProves: boolean) {
  const entries = new Map<string, Entry>();
  const { events, tell } = connection();
  const report = async (entry: Entry, state: ReportedState, afterMs: number) => {
    await wait(afterMs);
    entry.last = state;
    const names = [{ id: entry.id }, { reference: entry.reference }, { id: entry.id, reference: entry.reference }];
    const named = names[random(0, 2)] ?? {};
    await tell({ kind: 'report', ...named, to, state, at: Date.now() });
  };
  const take = (entry: Entry) => {
    entry.takenAt = Date.now();
    for (const state of ['queued', 'sent', 'delivered', 'undelivered'] as const) {
      const times = random(0, 9) < 3 ? random(1, 2) : 0;
      for (let time = 0; time < times; time += 1) void report(entry, state, random(0, 1) * random(0, 3 * hourMs));
    }
  };
  const send = async ({ id }: OutboundMessage, key: string | undefined): Promise<SendOutcome> => {
    const entry: Entry = { id, key, reference: `r-${id}`, told: 'unknown', takenAt: undefined, last: undefined };
    entries.set(id, entry);
    await wait(random(0, 500));
    const fate = random(0, 99);
    if (fate < 55 || (fate >= 80 && fate < 90)) take(entry);
    await wait(random(0, 500));
    if (fate < 55) {
      entry.told = 'accepted';
      return random(0, 9) === 0 ? accepted() : accepted(entry.reference);
    }
    if (fate < 65) {
      entry.told = 'not-sent';
      return notSent('network_error', 'Nobody listens.');
    }
    if (fate % 3 === 0) return new Promise<never>(() => {});
    return unknown('network_error', 'The answer was lost.');
  };
  const find = async (id: string): Promise<LookupOutcome> => {
    await wait(random(0, 500));
    const fate = random(0, 9);
    if (fate === 0) return unknown('timeout', 'No answer came.');
    if (fate === 1) return { outcome: 'inconclusive' };
    if (fate === 2) throw new TypeError('a bug');
    const { takenAt, reference, last } = entries.get(id) ?? {};
    // It is listed late: until then its absence proves nothing.
    if (takenAt === undefined || Date.now() < takenAt + visibleAfterMs - 2_000) return { outcome: 'absent' };
    return { outcome: 'found', reference, ...(last === undefined ? {} : { state: last }) };
  };
  const lookup = { visibleAfterMs, absenceProves, find: ({ id }: { readonly id: string }) => find(id) };
  const provider = fake('a', [(message, { idempotencyKey }) => send(message, idempotencyKey)], undefined, {
    events,
    lookup,
  });
  return { entries, provider };
}

/** Plays some messages to their end. Says what is wrong, and how many were unknown. */
async function live(random: Random, count: number, absenceProves: boolean) {
  const { entries, provider } = vendor(random, absenceProves);
  const memory = new MemoryMessageStore();
  const dead = new Set<string>();
  // The process dies before it can write down how a call has ended: all that stays is the first record.
  const replace = (record: MessageRecord) => {
    const isFirst = record.settled !== undefined && memory.read(record.id)?.settled === undefined;
    if (isFirst && (dead.has(record.id) || random(0, 19) === 0)) dead.add(record.id);
    if (isFirst && dead.has(record.id) && !record.attempts.every(({ attempt }) => attempt === undefined)) {
      throw new Error('dead');
    }
    return memory.replace(record);
  };
  const sms = client([provider], {
    stores: { messages: storeOver(memory, { replace }) },
    messages: { sweepEveryMs: 600_000, retainMs: 240 * hourMs },
    breaker: { consecutiveFailures: 100_000, failureRatePercent: 99 },
    idempotency: { ttlMs: 200 * hourMs },
  });
  const resolved = new Map<string, number>();
  sms.on('resolved', ({ id }) => resolved.set(id, (resolved.get(id) ?? 0) + 1));
  const sends = Array.from({ length: count }, async (_, index) => {
    await wait(random(0, 60_000));
    const key = random(0, 1) === 0 ? undefined : { idempotencyKey: `k${index}` };
    const request = { to, text: 'hello', ...key };
    const sending = [sms.send(request).catch(String)];
    // Impatient callers, who ask again at once, in a while and in a day.
    for (let again = key === undefined ? 0 : random(0, 3); again > 0; again -= 1) {
      await wait(random(0, 1) * random(0, 30 * hourMs));
      sending.push(sms.send(request).catch(String));
    }
    await Promise.all(sending);
  });
  await vi.advanceTimersByTimeAsync(100 * hourMs);
  await Promise.all(sends);
  await vi.advanceTimersByTimeAsync(70 * hourMs);
  const wrong: unknown[] = [];
  const taken = new Map<string, number>();
  let unknowns = 0;
  for (const entry of entries.values()) {
    const { id, key, takenAt, told } = entry;
    if (key !== undefined && takenAt !== undefined) taken.set(key, (taken.get(key) ?? 0) + 1);
    const status = await memory.read(id);
    const outcome = (await sms.messages.get(id))?.attempts[0]?.outcome;
    const isUnknown = told === 'unknown' || dead.has(id);
    const absent = isUnknown && !absenceProves ? 'unknown' : 'not-sent';
    const expected = takenAt === undefined ? absent : 'accepted';
    if (isUnknown) unknowns += 1;
    if (outcome !== expected) wrong.push({ outcome, expected, entry, status, isDead: dead.has(id) });
    const events = isUnknown && expected !== 'unknown' ? 1 : 0;
    const isTold = (resolved.get(id) ?? 0) === events;
    if (!isTold && !dead.has(id)) wrong.push({ resolved: resolved.get(id), expected: events, entry, status });
  }
  for (const [key, times] of taken) if (times > 1) wrong.push({ key, times });
  await sms.close();
  return { wrong, unknowns };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a message of which nobody knew', () => {
  it.each([
    ['is resolved as the vendor has it, where absence proves', true],
    ['is accepted if the vendor took it and stays unknown otherwise, where absence proves nothing', false],
  ])('%s', async (_, absenceProves) => {
    console.info(`life: POLYSMS_TEST_SEED=${seed}, ${messages / 2} messages`);
    const generator = xoroshiro128plus(seed + Number(absenceProves));
    const random: Random = (from, upTo) => uniformInt(generator, from, upTo);
    let unknowns = 0;
    for (let left = messages / 2; left > 0; left -= batch) {
      const played = await live(random, Math.min(left, batch), absenceProves);
      expect(played.wrong.slice(0, 3)).toEqual([]);
      unknowns += played.unknowns;
    }
    expect(unknowns).toBeGreaterThan(messages / 10);
  });
});
