import type { MessageStatus, SendRequest } from '@polysms/core';
import { SmsError } from '@polysms/core';
import { newJob } from '@polysms/core/jobs';
import { describe, expect, it } from 'vitest';
import { bullIdOf, type QueuedJob, readLetter, readQueuedJob } from './queued-job.js';
import { runQueued } from './run-queued.js';

const start = 1_800_000_000_000;
const request = {
  to: '+8613800138000',
  text: 'hello',
  idempotencyKey: 'order-1',
  deliverWithinMs: 16_000,
  onUnknown: 'failover' as const,
  via: ['a', 'b', 'c'],
};

function queued(more: Partial<QueuedJob> = {}): QueuedJob {
  const job = newJob('test()', request, { now: () => start });
  return { version: 1, key: job.id, handed: 0, stalls: 0, job, ...more };
}

function setup(status?: Partial<MessageStatus> | 'away', accepts = (sent: SendRequest) => sent.via?.[0] ?? '') {
  const sent: SendRequest[] = [];
  let now = start;
  const sms = {
    async send(given: SendRequest) {
      sent.push(given);
      const provider = accepts(given);
      if (provider === '') throw new SmsError({ code: 'network_error', outcome: 'not-sent', message: 'No network.' });
      return { id: `message-${sent.length}`, provider, reference: undefined, attempts: [] };
    },
    messages: {
      reports: (provider: string) => provider !== 'mute',
      async get() {
        if (status === 'away') throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message: 'Away.' });
        return status as MessageStatus | undefined;
      },
    },
  };
  const run = (job: QueuedJob, stalls = 0) =>
    runQueued(job, { sms: sms as never, resolveForMs: 3_600_000, stalls, now: () => now });
  const at = (ms: number) => {
    now = start + ms;
  };
  return { sent, run, at };
}

const watch = { messageId: 'message-1', dueAt: start + 16_000, next: ['b', 'c'] };

describe('a message that is to be delivered in time', () => {
  it('is watched once a provider has it, by the queue and not by the client that sent it', async () => {
    const { run, sent } = setup();
    expect(await run(queued())).toEqual({ step: 'later', queued: queued({ watch }), atMs: start + 2_000 });
    expect(sent[0]).not.toHaveProperty('deliverWithinMs');
  });

  it('is done when a provider has it that does not report: it is not waited for', async () => {
    const { run } = setup(undefined, () => 'mute');
    expect(await run(queued())).toMatchObject({ step: 'done', result: { provider: 'mute' } });
  });

  it('is done when the last provider has it', async () => {
    const { run } = setup(undefined, () => 'c');
    const last = queued();
    const job = { ...last.job, message: { ...last.job.message, via: ['c'] } };
    expect(await run({ ...last, job })).toMatchObject({ step: 'done', result: { provider: 'c' } });
  });

  it('is done when it is delivered, or forgotten', async () => {
    expect(await setup({ state: 'delivered', provider: 'a' }).run(queued({ watch }))).toMatchObject({ step: 'done' });
    expect(await setup(undefined).run(queued({ watch }))).toMatchObject({ step: 'done' });
  });

  it('waits while it may arrive in time, and while the store is away', async () => {
    const { run, at } = setup({ state: 'sent' });
    at(15_000);
    expect(await run(queued({ watch }))).toEqual({ step: 'later', queued: queued({ watch }), atMs: watch.dueAt });
    const away = setup('away');
    away.at(60_000);
    expect(await away.run(queued({ watch }))).toMatchObject({ step: 'later', atMs: start + 61_000 });
  });

  it('goes to the next providers when its time is over, under a key of its own, and so on', async () => {
    const { run, at, sent } = setup({ state: 'sent' });
    at(16_000);
    const step = await run(queued({ watch }), 2);
    if (step.step !== 'later') return expect.fail(step.step);
    expect(step.queued).toMatchObject({ key: 'order-1', handed: 1, stalls: 2, job: { id: 'order-1#handed-on-1' } });
    expect(step.queued.watch).toBeUndefined();
    const second = await run(step.queued, 2);
    expect(sent[0]).toMatchObject({ idempotencyKey: 'order-1#handed-on-1', via: ['b', 'c'] });
    if (second.step !== 'later') return expect.fail(second.step);
    expect(second.queued.watch).toEqual({ messageId: 'message-1', dueAt: start + 32_000, next: ['c'] });
    at(32_000);
    const third = await run(second.queued, 2);
    expect(third).toMatchObject({ queued: { job: { id: 'order-1#handed-on-2', message: { via: ['c'] } } } });
  });

  it('goes on at once when the vendor itself could not deliver it', async () => {
    const { run } = setup({ state: 'undelivered', reason: 'filtered' });
    expect(await run(queued({ watch }))).toMatchObject({ step: 'later', atMs: start, queued: { handed: 1 } });
  });

  it('keeps its time for delivery when it is repeated', async () => {
    const { run } = setup(undefined, () => '');
    expect(await run(queued())).toMatchObject({
      step: 'later',
      queued: { job: { failures: 1, message: { deliverWithinMs: 16_000 } } },
    });
  });
});

describe('what stands in Redis', () => {
  it('survives JSON', () => {
    for (const each of [queued(), queued({ watch, handed: 2, stalls: 3 })]) {
      expect(readQueuedJob(JSON.parse(JSON.stringify(each)))).toEqual(each);
    }
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { ...queued(), version: 2 },
    { ...queued(), stalls: -1 },
    { ...queued(), job: {} },
  ])('is not read if it is something else: %#', (value) => {
    expect(readQueuedJob(value)).toBeUndefined();
  });

  it('has an id without colons and other than a number for every key', () => {
    expect([bullIdOf('order:1'), bullIdOf('7'), bullIdOf('订单')]).toEqual([
      'k.order%3A1',
      'k.7',
      'k.%E8%AE%A2%E5%8D%95',
    ]);
  });

  it('is a letter of ours, or of nobody', () => {
    expect(readLetter('{"reason":"expired"}')).toEqual({ reason: 'expired' });
    for (const other of [undefined, '', 'job stalled', '{"reason":"x"}', 'null']) {
      expect(readLetter(other)).toEqual({ reason: 'unreadable' });
    }
  });
});
