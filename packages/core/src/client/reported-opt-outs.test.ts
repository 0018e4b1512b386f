import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryReport } from '../contract/provider-events.js';
import { MemoryOptOutStore } from '../opt-out/memory-opt-out-store.js';
import { accepted } from '../provider-kit/outcomes.js';
import { client, connection, failureOf, fake, hello, lost, to } from './sms-client.test.fixture.js';

const optedOut = { kind: 'report', state: 'undelivered', reason: 'opted_out' } as const satisfies DeliveryReport;
const blocked = { code: 'recipient_blocked', outcome: 'not-sent' };

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.restoreAllMocks());

describe('a report that says opted_out', () => {
  it('keeps its account from writing to the phone, and no other; a code is sent all the same', async () => {
    const { events, tell } = connection();
    const sms = client([fake('a', [accepted('r')], undefined, { events }), fake('b')], {
      routes: [{ providers: ['a'] }],
    });
    const { id } = await sms.send(hello);
    await tell({ ...optedOut, id });
    expect(await failureOf(sms.send(hello))).toMatchObject(blocked);
    expect((await sms.send({ ...hello, via: ['a', 'b'] })).provider).toBe('b');
    expect((await sms.send({ ...hello, to: '+14255550123' })).provider).toBe('a');
    expect((await sms.verifications.start({ to })).provider).toBe('a');
  });

  it('counts as said when the message was sent: a START since then ends it, however often the report comes', async () => {
    const { events, tell } = connection();
    const sms = client([fake('a', [accepted('r')], undefined, { events })]);
    const { id } = await sms.send(hello);
    vi.advanceTimersByTime(60_000);
    await tell({ ...optedOut, id });
    await tell({ kind: 'inbound', from: to, to: '10690', text: 'START', at: Date.now() - 30_000 });
    vi.advanceTimersByTime(60_000);
    await tell({ ...optedOut, id, at: Date.now() });
    expect((await sms.send(hello)).provider).toBe('a');
  });

  it('is kept though it came before the end of its call, and named the reference alone', async () => {
    const { events, tell } = connection();
    const early = async () => {
      await tell({ kind: 'report', reference: 'early', state: 'sent' });
      await tell({ ...optedOut, reference: 'early' });
      return accepted('early');
    };
    const sms = client([fake('a', [early], undefined, { events })]);
    await sms.send(hello);
    expect(await failureOf(sms.send(hello))).toMatchObject(blocked);
  });

  it('is kept when a look-up says it', async () => {
    const find = async () => ({ outcome: 'found', state: 'rejected', reason: 'opted_out' }) as const;
    const lookup = { visibleAfterMs: 1_000, absenceProves: false, find };
    const sms = client([fake('a', [lost], undefined, { lookup })]);
    await failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await failureOf(sms.send(hello))).toMatchObject(blocked);
  });

  it('is to be repeated while it cannot be kept', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { events, tell } = connection();
    const optOuts = new MemoryOptOutStore();
    const sms = client([fake('a', [accepted('r')], undefined, { events })], { stores: { optOuts } });
    const { id } = await sms.send(hello);
    const adding = vi.spyOn(optOuts, 'add').mockImplementation(() => {
      throw new RangeError('down');
    });
    const failure = await failureOf(tell({ ...optedOut, id }));
    expect(failure).toMatchObject({ code: 'store_unavailable' });
    expect(failure.message).not.toContain('13800138000');
    adding.mockRestore();
    await tell({ ...optedOut, id });
    expect(await failureOf(sms.send(hello))).toMatchObject(blocked);
  });

  it('says nothing of a message that nobody knows, or that another account sent', async () => {
    const [one, other] = [connection(), connection()];
    const providers = [fake('a', [accepted('r')], undefined, one), fake('b', [accepted('r')], undefined, other)];
    const sms = client(providers, { routes: [{ providers: ['a'] }] });
    const { id } = await sms.send(hello);
    await one.tell({ ...optedOut, reference: 'elsewhere', to });
    await other.tell({ ...optedOut, id, to });
    await one.tell({ ...optedOut, id, to: '+14255550123' });
    expect((await sms.send({ ...hello, via: ['a'] })).provider).toBe('a');
    expect((await sms.send({ ...hello, via: ['b'] })).provider).toBe('b');
  });

  it('is not one of another reason, whether the vendor tells it or a look-up', async () => {
    const { events, tell } = connection();
    const find = async () => ({ outcome: 'found', state: 'rejected', reason: 'unreachable' }) as const;
    const lookup = { visibleAfterMs: 1_000, absenceProves: false, find };
    const sms = client([fake('a', [accepted('r'), lost, accepted()], undefined, { events, lookup })]);
    const { id } = await sms.send(hello);
    await tell({ kind: 'report', id, state: 'undelivered', reason: 'unreachable' });
    await failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await sms.send(hello)).provider).toBe('a');
  });

  it('is a warning when a look-up says it and it cannot be kept: nobody repeats that', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const find = async () => ({ outcome: 'found', state: 'rejected', reason: 'opted_out' }) as const;
    const optOuts = Object.assign(new MemoryOptOutStore(), { add: () => Promise.reject(new RangeError('canary')) });
    const lookup = { visibleAfterMs: 1_000, absenceProves: false, find };
    const sms = client([fake('a', [lost], undefined, { lookup })], { stores: { optOuts } });
    await failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(warned).toHaveBeenCalledOnce();
    const said = warned.mock.calls.flat().join();
    expect(said).toMatch(/^An opt-out that a vendor has told of could not be kept \(store_unavailable/);
    expect(said).not.toMatch(/canary|13800138000/);
  });

  it('is taken, and nothing is kept, with optOut: false', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { events, tell } = connection();
    const find = async () => ({ outcome: 'found', state: 'rejected', reason: 'opted_out' }) as const;
    const lookup = { visibleAfterMs: 1_000, absenceProves: false, find };
    const sms = client([fake('a', [accepted('r'), lost, accepted()], undefined, { events, lookup })], {
      optOut: false,
    });
    const { id } = await sms.send(hello);
    await tell({ ...optedOut, id });
    await failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await sms.send(hello)).provider).toBe('a');
    expect(warned).not.toHaveBeenCalled();
  });

  it('counts for nothing with optOut.reports: false', async () => {
    const { events, tell } = connection();
    const sms = client([fake('a', [accepted('r')], undefined, { events })], { optOut: { reports: false } });
    const { id } = await sms.send(hello);
    await tell({ ...optedOut, id });
    expect((await sms.send(hello)).provider).toBe('a');
  });
});
