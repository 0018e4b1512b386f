import type { WebhookReading } from '@polysms/core/provider-kit';
import { afterRunning } from '../../running-time.js';
import { inboundText } from '../../sample-events.js';
import { readProven } from '../memory-webhooks.js';
import type { WrongProvider } from './wrong-provider.js';
import { answering, reading } from './wrong-reading.js';

export const wrongReplies: readonly WrongProvider[] = [
  {
    name: 'answers 200 to a rejected request',
    suite: 'webhooks',
    says: /is rejected and replies 200/u,
    alter: answering((read) => (read.outcome === 'rejected' ? { ...read, reply: { status: 200 } } : read)),
  },
  {
    name: 'answers 500 to a request that it has read',
    suite: 'webhooks',
    says: /is verified and replies 500/u,
    alter: answering((read) => (read.outcome === 'verified' ? { ...read, reply: { status: 500 } } : read)),
  },
  {
    name: 'has no reply',
    suite: 'webhooks',
    says: /has a reply with the status undefined/u,
    alter: answering(({ reply: _, ...read }) => read as WebhookReading),
  },
  {
    name: 'gives events of a rejected request',
    suite: 'webhooks',
    says: /is rejected and has events/u,
    alter: answering((read, request) =>
      read.outcome === 'rejected' ? Object.assign({ ...read }, { events: [readProven(request)] }) : read,
    ),
  },
  {
    name: 'rejects without a reason',
    suite: 'webhooks',
    says: /rejected for the reason "forged"/u,
    alter: answering((read) => (read.outcome === 'rejected' ? { ...read, reason: 'forged' as 'signature' } : read)),
  },
  {
    name: 'throws for garbage',
    suite: 'webhooks',
    says: /rejected with SyntaxError/u,
    alter: reading(async (right, request, context) => {
      JSON.parse(new TextDecoder().decode(request.body));
      return right(request, context);
    }),
  },
  {
    name: 'throws for what is proven and is garbage',
    suite: 'webhooks',
    says: /a proven request that nobody can read rejected with/u,
    alter: reading(async (right, request, context) => {
      const read = await right(request, context);
      if (read.outcome === 'rejected' && read.reason === 'malformed') throw new TypeError('events is not iterable');
      return read;
    }),
  },
  {
    name: 'throws for a URL that is none',
    suite: 'webhooks',
    says: /not of the vendor rejected with TypeError: Invalid URL/u,
    alter: reading(async (right, request, context) => right({ ...request, url: new URL(request.url).href }, context)),
  },
  {
    name: 'takes its time whatever the deadline is',
    suite: 'webhooks',
    says: /had not settled/u,
    alter: reading(async (right, request, { deadline, ...context }) => {
      if (deadline.remainingMs() < 100) await new Promise<void>((resolve) => void afterRunning(300, resolve));
      return right(request, { deadline, ...context });
    }),
  },
  {
    name: 'leaks the text in its message',
    suite: 'webhooks',
    says: /nobody can read shows the text in its message/u,
    alter: answering((read, { body }) =>
      read.outcome === 'rejected' && read.reason === 'malformed'
        ? { ...read, message: `Unexpected end of ${String(Buffer.from(body)).slice(-inboundText.length - 1)}` }
        : read,
    ),
  },
  {
    name: 'leaks the phone in its reply',
    suite: 'webhooks',
    says: /shows the phone number in its reply\.body|shows the phone number in its body/u,
    alter: answering((read, { body }) => ({
      ...read,
      reply: { ...read.reply, body: String(Buffer.from(body)).slice(0, 120) },
    })),
  },
  {
    name: 'says what the right signature is',
    suite: 'webhooks',
    says: /shows a credential in its message/u,
    alter: (right, vendor, credential) =>
      answering((read) =>
        read.outcome === 'rejected' ? { ...read, message: `Not signed with ${vendor.signing.secret}.` } : read,
      )(right, vendor, credential),
  },
  {
    name: 'prints the requests that it rejects',
    suite: 'webhooks',
    says: /was printed to the console/u,
    alter: reading(async (right, request, context) => {
      const read = await right(request, context);
      if (read.outcome === 'rejected') console.error(String(Buffer.from(request.body)));
      return read;
    }),
  },
];
