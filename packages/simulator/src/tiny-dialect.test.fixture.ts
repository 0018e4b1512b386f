import { createHmac } from 'node:crypto';
import type { Dialect, VendorAnswer, WebhookTelling } from './dialect.js';

const secret = 'tiny-secret';

/** Ten lines of JSON, signed: what this vendor says to a webhook. */
function telling<What>(bodyOf: (what: What) => object): WebhookTelling<What> {
  return {
    via: 'webhook',
    repeatsAfterMs: [60_000, 300_000],
    write: (what) => {
      const body = JSON.stringify(bodyOf(what));
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      return { method: 'POST', headers: { 'content-type': 'application/json', 'x-tiny-signature': signature }, body };
    },
  };
}

function json(status: number, value: object, name?: string): VendorAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value), name };
}

/** A made-up vendor: POST /messages { to, text, webhook? } with a key, signed reports and replies, a list of the stopped. */
export const tinyDialect: Dialect = {
  vendor: 'tiny',
  title: 'Tiny SMS',
  endpoints: ['/messages'],
  answers: [
    { name: 'slow-down', meaning: 'Too many requests.' },
    { name: 'no-money', meaning: 'The balance is used up.' },
    { name: 'stopped', meaning: 'The person wants no messages.', endpoints: ['/messages'] },
  ],
  open: (world) => {
    const stopped = new Set<string>();
    const answerAs = (name: string) => json(name === 'slow-down' ? 429 : 400, { error: name }, name);
    return {
      onRequest: (request) => {
        if (request.path !== '/messages') return json(404, { error: 'not-found' });
        const { to, text, webhook } = JSON.parse(request.text);
        if (stopped.has(to)) return answerAs('stopped');
        const reference = world.random.hex(8);
        request.deliver({ to, from: '12345', text, reference, reportUrl: webhook });
        return json(202, { id: reference });
      },
      answerAs,
      commonAnswer: (fault) => (fault === 'balance' ? 'no-money' : 'slow-down'),
      reports: {
        ...telling(({ message, state }) => ({ id: message.reference, state })),
        states: ['sent', 'delivered'],
      },
      inbound: telling(({ from, text }) => ({ from, text })),
      onReply: ({ from, text }) => void (text === 'STOP' && stopped.add(from)),
      sdkLine: (url) => `new TinySms({ baseUrl: '${url}' })`,
      reset: () => stopped.clear(),
    };
  },
};
