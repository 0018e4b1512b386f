import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Dialect } from './dialect.js';
import { send, tinyBox } from './simulator.test.fixture.js';
import { tinyDialect } from './tiny-dialect.test.fixture.js';
import { ManualClock } from './world/clock.js';

const hello = { to: '+447700900123', text: 'Hello' };

test('an answer that HTTP cannot carry is a broken server’s, also when it comes late', async () => {
  const dialect: Dialect = {
    ...tinyDialect,
    open: (world) => ({ ...tinyDialect.open(world), onRequest: () => ({ status: 99, body: '' }) }),
  };
  const box = await tinyBox({ dialects: [dialect] });
  const error = expect.stringMatching(/^The dialect failed: .*99/);
  const atOnce = await send(box, hello);
  expect([atOnce.status, await atOnce.json()]).toEqual([500, { error }]);
  box.fail({ kind: 'delay', delayMs: 1 });
  const late = await send(box, hello);
  expect([late.status, await late.json()]).toEqual([500, { error }]);
});

test('a dialect that fails in what it scheduled ends neither the process nor the clock of a test', async () => {
  const clock = new ManualClock();
  const dialect: Dialect = {
    ...tinyDialect,
    open: (world) => {
      world.schedule(1_000, () => {
        throw new Error('no such field');
      });
      return tinyDialect.open(world);
    },
  };
  const box = await tinyBox({ dialects: [dialect], clock });
  const warned = once(process, 'warning');
  clock.advance(2_000);
  const message = 'The dialect tiny failed in what it had scheduled: no such field';
  expect(await warned).toMatchObject([{ message }]);
  expect((await send(box, hello)).status).toBe(202);
});

test('a dialect that fails at a reply is said to have failed', async () => {
  const dialect: Dialect = {
    ...tinyDialect,
    open: (world) => ({
      ...tinyDialect.open(world),
      onReply: () => {
        throw new Error('no such field');
      },
    }),
  };
  const box = await tinyBox({ dialects: [dialect] });
  await send(box, hello);
  const lost = { status: 'lost', attempts: [], problem: 'The dialect failed: no such field' };
  expect(await box.reply(hello.to, 'STOP')).toMatchObject(lost);
});
