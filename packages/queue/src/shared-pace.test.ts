import { randomUUID } from 'node:crypto';
import type { SmsProvider } from '@polysms/core';
import type { JobLane } from '@polysms/core/jobs';
import { deadlineAfter, type OutboundMessage, parsePhoneNumber } from '@polysms/core/provider-kit';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { sharedPace } from './index.js';
import { surroundings, vendor } from './queue.test.fixture.js';
import { sendingLane } from './sending-lane.js';

const url = await findRedis();
const message: OutboundMessage = { kind: 'text', id: 'm', to: parsePhoneNumber('+8613800138000'), text: 'hello' };

describe.skipIf(skipWithoutRedis(url))('a pace that processes share', () => {
  const here = surroundings(url ?? '');

  function paced(maxPerSecond: number, count = 1) {
    const prefix = `queue-test-${randomUUID()}`;
    const made = Array.from({ length: count }, () => {
      const inner = vendor();
      const provider = sharedPace(inner, { connection: here.connection, prefix, maxPerSecond });
      here.after(() => provider.close());
      return { inner, provider };
    });
    return { made, provider: made[0]?.provider as SmsProvider };
  }

  const send = (provider: SmsProvider, lane: JobLane | undefined, deadlineMs = 60_000) => {
    const call = () => provider.send(message, { deadline: deadlineAfter(deadlineMs) });
    return lane === undefined ? call() : sendingLane.run(lane, call);
  };

  it('lets no window see more than the rate, whoever asks and for whatever', async () => {
    const { made } = paced(200, 3);
    const times: number[] = [];
    const lanes = ['codes', 'messages', 'campaigns', undefined] as const;
    await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const outcome = await send(made[index % 3]?.provider as SmsProvider, lanes[index % 4]);
        expect(outcome.outcome).toBe('accepted');
        times.push(performance.now());
      }),
    );
    // Two hundred in the first second, so the last hundred take half a second more at least.
    times.sort((a, b) => a - b);
    expect((times[299] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(480);
  });

  it('lets a code go before a campaign that waits', async () => {
    const { provider } = paced(20);
    const order: string[] = [];
    const campaign = Array.from({ length: 30 }, (_, index) =>
      send(provider, 'campaigns').then(() => order.push(`campaign ${index}`)),
    );
    await campaign[0];
    await send(provider, 'codes').then(() => order.push('code'));
    expect(order.length).toBeLessThanOrEqual(4);
    await provider.close();
    await Promise.all(campaign);
  });

  it('hands a call back that gets no turn in time, and uses none up', async () => {
    const { provider } = paced(1);
    expect(await send(provider, 'messages')).toMatchObject({ outcome: 'accepted' });
    expect(await send(provider, 'messages', 50)).toMatchObject({ outcome: 'not-sent', code: 'rate_limited' });
    expect(await send(provider, 'messages', 0)).toMatchObject({ outcome: 'not-sent', code: 'deadline_exceeded' });
    const waiting = send(provider, 'messages');
    await provider.close();
    expect(await waiting).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
    expect(await send(provider, 'codes')).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
  });

  it.each(['codes', 'campaigns'] as const)('goes on when the clock of Redis was an hour ahead: %s', async (lane) => {
    const prefix = `queue-test-${randomUUID()}`;
    const provider = sharedPace(vendor(), { connection: here.connection, prefix, maxPerSecond: 2 });
    here.after(() => provider.close());
    // As the script left it when it took turns by that clock.
    const ahead = Date.now() + 3_600_000;
    await here.connection.lpush(`{${prefix}:pace:vendor}:turns`, ahead, ahead + 500);
    await here.connection.set(`{${prefix}:pace:vendor}:due`, ahead + 1_000);
    expect(await send(provider, lane, 5_000)).toMatchObject({ outcome: 'accepted' });
  });

  it('sends nothing while Redis cannot be asked', async () => {
    const dead = new Redis({ port: 1, host: '127.0.0.1', retryStrategy: () => null, maxRetriesPerRequest: null });
    dead.on('error', () => {});
    const inner = vendor();
    const provider = sharedPace(inner, { connection: dead, maxPerSecond: 10 });
    expect(await send(provider, 'codes')).toMatchObject({ outcome: 'not-sent', code: 'store_unavailable' });
    expect(inner.taken).toEqual([]);
  });

  it('keeps everything else of the provider, and paces codes that the vendor makes', async () => {
    const start = async () => ({ outcome: 'accepted' }) as const;
    const check = async () => ({ outcome: 'approved' }) as const;
    const inner = vendor('vendor', { verification: { start, check, limits: { maxChecks: 3 } } });
    const provider = sharedPace(inner, { connection: here.connection, prefix: randomUUID(), maxPerSecond: 1 });
    const { id, sends, verification } = provider;
    expect({ id, sends, limits: verification?.limits }).toEqual({
      id: 'vendor',
      sends: inner.sends,
      limits: { maxChecks: 3 },
    });
    const context = () => ({ deadline: deadlineAfter(100) });
    const request = { id: 'm', to: message.to };
    expect(await verification?.start(request, context())).toMatchObject({ outcome: 'accepted' });
    expect(await verification?.start(request, context())).toMatchObject({ code: 'rate_limited' });
    expect(await verification?.check({ to: message.to, code: '1' }, context())).toMatchObject({ outcome: 'approved' });
  });

  it.each([0, -1, 10_001, Number.NaN, '5', 1e-300])('refuses a rate of %s', (maxPerSecond) => {
    const options = { connection: here.connection, maxPerSecond: maxPerSecond as number };
    expect(() => sharedPace(vendor(), options)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});
