import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { toNodeHandler } from './node-handler.js';
import { serving } from './node-server.test.fixture.js';
import { acme, publicUrl, report, signature, webhooksOver } from './webhooks.test.fixture.js';

const events = JSON.stringify([report]);

const forged = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 500 : 50;

it(`a webhook over node:http refuses ${forged} forged requests over one connection, and takes the genuine ones between them`, async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { webhooks, told } = webhooksOver([acme()]);
  await using server = await serving(toNodeHandler(webhooks));
  let connections = 0;
  server.server.on('connection', () => {
    connections += 1;
  });
  const url = `${server.url}/acme`;
  const headers = signature(`${publicUrl}/acme`, events);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 8 * events.length - 1 }), async (bit) => {
      const body = Buffer.from(events);
      body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(403);
      expect(told).toHaveLength(taken);
      const genuine = await fetch(url, { method: 'POST', body: events, headers });
      expect(await genuine.text()).toBe('{"ok":true}');
      taken += 1;
      expect(told).toHaveLength(taken);
    }),
    { numRuns: forged },
  );
  expect(taken).toBe(forged);
  expect(connections).toBeLessThan(20);
});
