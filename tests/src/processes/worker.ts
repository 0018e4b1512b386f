// A process of an app. It does what the test tells it over IPC, until it is killed or told to end.
import { randomInt } from 'node:crypto';
import { isSmsError, type SmsClient, type VerificationCheckRequest } from '@polysms/core';
import { clientIn } from './client.js';
import { type Order, phoneOf, type Surroundings } from './orders.js';

const surroundings = JSON.parse(process.argv[2] ?? '{}') as Surroundings;
const { sms, close } = clientIn(surroundings);

process.on('message', async (order: Order) => {
  switch (order.do) {
    case 'start':
      startForEver(sms, order.firstPhone, order.atATime);
      break;
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
