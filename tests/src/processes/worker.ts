// A process of an app. It does what the test tells it over IPC, until it is killed or told to end.
import { randomInt } from 'node:crypto';
import { isSmsError, type SmsClient, type VerificationCheckRequest } from '@polysms/core';
import type { RedisClient } from '@polysms/store-redis';
import { clientIn } from './client.js';
import { messageTo, type Order, phoneOf, type Surroundings } from './orders.js';
import { textProvider } from './text-vendor.js';

const surroundings = JSON.parse(process.argv[2] ?? '{}') as Surroundings;
const { sms, close } = clientIn(surroundings);

process.on('message', async (order: Order) => {
  switch (order.do) {
    case 'start':
      startForEver(sms, order.firstPhone, order.atATime);
      break;
    case 'send': {
      const options = order.canBeAsked ? { providers: [textProvider(surroundings.texts, order)] } : {};
      const dying = clientIn(surroundings, options, (client) => dyingOver(client, order.diesAt));
      sendForEver(dying.sms, order.firstPhone, order.atATime);
      break;
    }
    case 'check':
      process.send?.(await countResults(order.checks));
      break;
  }
});
process.on('disconnect', close);

function startForEver(client: SmsClient, firstPhone: number, atATime: number): void {
  let phone = firstPhone;
  const work = async () => {
    for (;;) {
      phone += 1;
      await client.verifications.start({ to: phoneOf(phone), purpose: 'login' }).catch(() => {});
    }
  };
  for (let index = 0; index < atATime; index += 1) void work();
}

function sendForEver(client: SmsClient, firstPhone: number, atATime: number): void {
  let phone = firstPhone;
  const work = async () => {
    for (;;) {
      phone += 1;
      await client.send(messageTo(phone)).catch(() => {});
    }
  };
  for (let index = 0; index < atATime; index += 1) void work();
}

/**
 * A Redis whose process dies at a point: each command has one before it is sent, one when it is on its way, and one
 * when its answer has come.
 */
function dyingOver(client: RedisClient, diesAt: number): RedisClient {
  let points = 0;
  const pass = () => {
    points += 1;
    if (points === diesAt) process.kill(process.pid, 'SIGKILL');
  };
  return {
    eval: (...args) => client.eval(...args),
    async evalsha(...args) {
      pass();
      const answer = client.evalsha(...args);
      // Its bytes are written when the turn of the event loop is over.
      setImmediate(pass);
      try {
        return await answer;
      } finally {
        pass();
      }
    },
  };
}

async function countResults(checks: readonly VerificationCheckRequest[]): Promise<Readonly<Record<string, number>>> {
  const results = await Promise.all(
    checks.map(async (check) => {
      try {
        return (await sms.verifications.check(check)).outcome;
      } catch (error) {
        return isSmsError(error) ? error.code : String(error);
      }
    }),
  );
  const counts: Record<string, number> = {};
  for (const result of results) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

// Connected and compiled before it is told anything: what follows is only work.
for (const via of [['mob', 'texts'], ['texts']]) {
  const to = `+86139${String(randomInt(100_000_000)).padStart(8, '0')}`;
  await sms.verifications.start({ to, via, purpose: 'login' }).catch(() => {});
}
process.send?.('ready');
