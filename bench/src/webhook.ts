// What a signed webhook costs: read, proven and merged into its message by the client, next to the same proof (HMAC)
// and JSON by hand, which merge nothing. In turns in one run. `node bench/dist/webhook.js [reports] [rounds]`
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createSmsClient } from '@polysms/core';
import { accepted, hmacEquals, type ProviderEvent, type SmsProvider } from '@polysms/core/provider-kit';
import { inTurns } from './in-turns.js';

const reports = Number(process.argv[2] ?? 4_000);
const rounds = Number(process.argv[3] ?? 20);
const secret = 'a secret of the bench';
const states = ['queued', 'sent', 'delivered'] as const;

const vendor: SmsProvider = {
  specification: 'v1',
  id: 'vendor',
  sends: { text: true, template: false, senderId: false },
  verification: null,
  webhooks: {
    async read({ body, headers }) {
      const signature = headers.get('x-signature');
      if (!hmacEquals({ algorithm: 'sha256', secret, signed: [body], signature, encoding: 'hex' })) {
        return { outcome: 'rejected', reason: 'signature', message: 'Not signed.', reply: { status: 401 } };
      }
      const event = JSON.parse(Buffer.from(body).toString()) as ProviderEvent;
      return { outcome: 'verified', events: [event], reply: { status: 204 } };
    },
  },
  events: null,
  lookup: null,
  async send() {
    return accepted();
  },
  async close() {},
};

await using sms = createSmsClient({ providers: [vendor] });
const ids: string[] = [];
for (let index = 0; index < reports; index += 1) {
  const { id } = await sms.send({ to: `+86138${String(index % 1000).padStart(8, '0')}`, text: 'Hello.' });
  ids.push(id);
}

/** The same report may come any number of times: what is measured is a vendor that tells of every state. */
function requestOf(index: number, round: number): Request {
  const event = { kind: 'report', id: ids[index % ids.length], state: states[round % states.length], at: Date.now() };
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-signature': signature };
  return new Request('https://app.example/webhooks/vendor', { method: 'POST', headers, body });
}

async function byHand(request: Request): Promise<Response> {
  const body = Buffer.from(await request.arrayBuffer());
  const given = Buffer.from(request.headers.get('x-signature') ?? '');
  const right = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  if (given.length !== right.length || !timingSafeEqual(given, right)) return new Response(null, { status: 401 });
  const event: unknown = JSON.parse(body.toString());
  return new Response(null, { status: typeof event === 'object' ? 204 : 400 });
}

await inTurns({
  what: 'a signed report',
  count: reports,
  rounds,
  prepare: (round) => ids.map((_, index) => requestOf(index, round)),
  ways: { 'HMAC and JSON by hand': byHand, 'webhooks.handle()': (request) => sms.webhooks.handle(request) },
});
