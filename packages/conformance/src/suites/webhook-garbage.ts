import { deadlineAfter, type WebhookRequest } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demandEqual } from '../demand.js';
import { randomIntegers } from '../random-integers.js';
import { deadlineAfterRunning } from '../running-time.js';
import { signedAt } from '../sample-events.js';
import type { SuitePlan } from '../suite.js';
import { demandRejected, genuine, readWebhook, webhookSubjectOf } from '../webhook-reading.js';

const truncations = 24;
const giantBytes = 4 * 2 ** 20;
const shortDeadlineMs = 50;

const oddUrls = ['', 'no URL', '/webhooks', 'https://', 'https://app.example/%zz?%'];

/** What a parser may choke on. */
const oddBodies: readonly (string | Uint8Array)[] = [
  '',
  ' ',
  '0',
  'null',
  '{}',
  '{',
  '[]',
  '[null]',
  '[{}]',
  '"text"',
  '{"__proto__":{"kind":"report"},"constructor":1}',
  '[{"kind":"report","state":"toString","reference":{}}]',
  'a=1&a=2&%&=&&constructor=1',
  '<html></html>',
  '\u0000',
  new Uint8Array([0xff, 0xfe, 0x00, 0xc3, 0x28]),
];

const oddHeaderValues = ['', '0', '-1', 'NaN', '9'.repeat(400), '%', 'a, b', '=', '{}', '[object Object]'];

const giants: Readonly<Record<string, string>> = {
  // Deeper than any stack. V8 needs seconds for 4 MiB of them, however soon it gives up.
  'open brackets': '['.repeat(2 ** 18).padEnd(giantBytes, 'x'),
  zeros: `[${'0,'.repeat(giantBytes / 2)}0]`,
  'form fields': 'a=1&'.repeat(giantBytes / 4),
  letters: 'x'.repeat(giantBytes),
};

/** Whatever comes is read: it has a reading, in time, and breaks nothing. */
export function webhookGarbageTests({ seed, test }: SuitePlan): void {
  test('rejects what is no request of the vendor, and never throws for it', async (bench) => {
    for (const url of [...oddUrls, (await genuine(bench)).url.split('?')[0] ?? '']) {
      for (const body of oddBodies.map(bytesOf)) {
        const request = { method: 'POST', url, headers: new Headers(), body };
        await demandRejected(bench, request, 'a request that is not of the vendor');
      }
    }
  });

  test('never throws for odd headers', async (bench) => {
    const request = await genuine(bench);
    for (const name of request.headers.keys()) {
      for (const value of oddHeaderValues) {
        const headers = new Headers(request.headers);
        headers.set(name, value);
        await readWebhook(bench, { ...request, headers }, { what: `a request whose header ${name} is "${value}"` });
      }
    }
  });

  test('never throws for what is proven and cannot be read', async (bench) => {
    const subject = webhookSubjectOf(bench);
    for (const body of oddBodies.map(bytesOf)) {
      const request = await subject.signedBody(body, signedAt);
      await readWebhook(bench, request, { what: 'a proven request that nobody can read' });
    }
  });

  test(`gives nothing of a request that is cut (seed ${seed})`, async (bench) => {
    const request = await genuine(bench);
    const random = randomIntegers(seed);
    for (let index = 0; index < truncations; index += 1) {
      const body = request.body.slice(0, index === 0 ? 0 : random(0, request.body.length - 1));
      // In the URL of a GET there is nothing to cut.
      if (body.length === request.body.length) continue;
      await demandNoEvents(bench, { ...request, body }, `a request that is cut after ${body.length} bytes`);
    }
  });

  for (const [what, text] of Object.entries(giants)) {
    test(`answers a request of ${giantBytes / 2 ** 20} MiB of ${what}, proven or not`, async (bench) => {
      const body = bytesOf(text);
      const name = `a request of ${giantBytes / 2 ** 20} MiB`;
      await demandRejected(bench, { ...(await genuine(bench)), body }, name);
      await readWebhook(bench, await webhookSubjectOf(bench).signedBody(body, signedAt), { what: `a proven ${name}` });
    });
  }

  test('settles by its deadline', async (bench) => {
    const request = await genuine(bench);
    const what = 'a genuine request';
    await readWebhook(bench, request, { what, deadline: deadlineAfter(0), withinMs: bench.slackMs });
    const withinMs = shortDeadlineMs + bench.slackMs;
    await readWebhook(bench, request, { what, deadline: deadlineAfterRunning(shortDeadlineMs), withinMs });
  });
}

async function demandNoEvents(bench: Bench, request: WebhookRequest, what: string): Promise<void> {
  const reading = await readWebhook(bench, request, { what });
  demandEqual(
    reading.outcome === 'verified' ? reading.events.length : 0,
    0,
    `read() gave events of ${what}`,
    'prove the sender over the raw bytes of the whole body, and read it with a parser that wants all of it',
  );
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}
