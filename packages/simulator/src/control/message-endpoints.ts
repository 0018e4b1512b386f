import { maxWaiting } from '../world/long-polls.js';
import type { BoxMessageDetails, PhoneConversation } from './contract.js';
import { conversationOf, phonesOf } from './conversations.js';
import { type ControlCall, type ControlEndpoint, problem } from './endpoint.js';
import { asPhone, limited, messagesQuery, parseQuery } from './queries.js';
import { timelineOf } from './timeline.js';

/** Messages, and the phones that have them. */
export const messageEndpoints: readonly ControlEndpoint[] = [
  {
    method: 'GET',
    path: '/api/messages',
    query:
      'to: a phone in E.164; vendor; after: only those after this id; limit: with `after` the first so many, else the ' +
      'newest; wait: how long to wait for one, in milliseconds',
    what: 'What phones received, oldest first. With `wait`, answers as soon as a message is there, or [] when the time is up.',
    example: '/api/messages?to=+8613800138000&wait=5000',
    answer: listMessages,
  },
  {
    method: 'GET',
    path: '/api/messages/:id',
    what: 'One message, what happened to it, and its request on the wire.',
    example: '/api/messages/1',
    answer: messageDetails,
  },
  {
    method: 'POST',
    path: '/api/messages/:id/reports',
    body: 'state: delivered, undelivered, rejected, expired, sent or queued; reason?; providerCode?',
    what: 'Reports this of a message now, as its vendor does.',
    example: '/api/messages/1/reports',
    exampleBody: { state: 'undelivered', reason: 'unreachable' },
    answer: async ({ box, param, body }) => {
      const stored = box.messages.get(param('id'));
      return stored === undefined ? noMessage() : box.reports.report(stored, body);
    },
  },
  {
    method: 'GET',
    path: '/api/phones',
    what: 'Every phone with something on it, the newest first.',
    answer: ({ box }) => phonesOf(box.messages.find({}), box.replies.entries),
  },
  {
    method: 'GET',
    path: '/api/phones/:phone',
    what: 'What came to a phone and what was written on it, in the order of time.',
    example: '/api/phones/+8613800138000',
    answer: ({ box, param }): PhoneConversation => {
      const phone = asPhone(param('phone'));
      return { phone, conversation: conversationOf(phone, box.messages.find({ to: phone }), box.replies.entries) };
    },
  },
  {
    method: 'POST',
    path: '/api/phones/:phone/replies',
    body: 'text; messageId?: the message that is answered, by default the newest whose vendor hands replies on',
    what: 'Writes back from a phone. The answer says what became of the app’s webhook.',
    example: '/api/phones/+8613800138000/replies',
    exampleBody: { text: 'STOP' },
    answer: ({ box, param, body }) => box.replies.reply(asPhone(param('phone')), body),
  },
];

async function listMessages({ box, query, signal }: ControlCall): Promise<unknown> {
  const { limit, wait = 0, ...filter } = parseQuery(messagesQuery, query);
  const found = await box.longPolls.within({ filter, waitMs: wait, signal });
  if (found === undefined) {
    const why = `${maxWaiting} programs wait for messages already: end one of the waits, and try again.`;
    return problem(503, why, { 'Retry-After': '5' });
  }
  return limited(found, { limit, after: filter.after });
}

function messageDetails({ box, param }: ControlCall): BoxMessageDetails | Response {
  const stored = box.messages.get(param('id'));
  if (stored === undefined) return noMessage();
  const { message, requestId } = stored;
  const request = requestId === undefined ? undefined : box.requests.get(requestId);
  const reports = box.reports.entries.filter(({ messageId }) => messageId === message.id);
  const replies = box.replies.entries.filter(({ messageId }) => messageId === message.id);
  const timeline = timelineOf({ message, request, reports, replies });
  return { ...message, timeline, wire: request === undefined ? [] : [request], reports, replies };
}

function noMessage(): Response {
  return problem(404, 'There is no message with this id, or it is forgotten; GET /api/messages lists them.');
}
