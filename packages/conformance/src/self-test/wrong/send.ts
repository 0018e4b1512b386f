import { accepted, type OutboundMessage } from '@polysms/core/provider-kit';
import { everything } from '../memory-subject.js';
import { answering, mapTexts, sending, type WrongProvider } from './wrong-provider.js';

function withSender(message: OutboundMessage, senderId: string | undefined): OutboundMessage {
  return message.kind === 'text' ? { ...message, senderId } : message;
}

export const wrongSend: readonly WrongProvider[] = [
  {
    name: 'throws instead of returning an outcome',
    suite: 'send',
    says: /rejected with Error: boom/u,
    alter: sending(() => {
      throw new Error('boom');
    }),
  },
  {
    name: 'throws for a text that cannot be encoded',
    suite: 'send',
    says: /rejected with URIError/u,
    alter: sending(async (right, message, context) => {
      mapTexts(message, encodeURIComponent);
      return right(message, context);
    }),
  },
  {
    name: 'says accepted without sending',
    suite: 'send',
    says: /accepted, but phones received its message 0 times/u,
    alter: sending(async () => accepted('a-reference')),
  },
  {
    name: 'sends twice',
    suite: 'send',
    says: /received its message 2 times/u,
    alter: sending(async (right, message, context) => {
      await right(message, context);
      return right(message, context);
    }),
  },
  {
    name: 'takes a kind that it does not send',
    suite: 'send',
    says: /unsupported_message/u,
    capabilities: { text: false, template: true, senderId: false, verification: true },
    alter: sending(async (right, message, context) => (message.kind === 'text' ? accepted() : right(message, context))),
  },
  {
    name: 'drops the sender ID, and says that it takes one',
    suite: 'send',
    says: /given no sender ID for a text with one/u,
    alter: sending((right, message, context) => right(withSender(message, undefined), context)),
  },
  {
    name: 'drops the sender ID, and says that it takes none',
    suite: 'send',
    says: /although sends\.senderId is false/u,
    capabilities: { ...everything, senderId: false },
    alter: sending((right, message, context) => right(withSender(message, undefined), context)),
  },
  {
    name: 'always sends from the sender of its options',
    suite: 'send',
    says: /given the sender ID "Shop" for a text with one/u,
    alter: sending((right, message, context) => right(withSender(message, 'Shop'), context)),
  },
  {
    name: 'keeps the sender ID of an earlier text',
    suite: 'send',
    says: /given the sender ID "Parcels" for a text without one/u,
    alter: (right) => {
      let latest: string | undefined;
      return {
        ...right,
        send(message, context) {
          if (message.kind === 'text') latest = message.senderId ?? latest;
          return right.send(withSender(message, latest), context);
        },
      };
    },
  },
  {
    name: 'escapes texts for HTML',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    alter: sending((right, message, context) =>
      right(
        mapTexts(message, (text) => text.replaceAll('&', '&amp;')),
        context,
      ),
    ),
  },
  {
    name: 'trims line ends',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    alter: sending((right, message, context) =>
      right(
        mapTexts(message, (text) => text.replaceAll(/\r?\n/gu, ' ')),
        context,
      ),
    ),
  },
  {
    name: 'drops every second of several sends at once',
    suite: 'send',
    says: /received its message 0 times/u,
    alter: (right) => {
      let inFlight = 0;
      return {
        ...right,
        async send(message, context) {
          inFlight += 1;
          const crowded = inFlight % 2 === 0;
          const outcome = crowded ? accepted() : await right.send(message, context);
          inFlight -= 1;
          return outcome;
        },
      };
    },
  },
  {
    name: 'returns a number as the reference',
    suite: 'send',
    says: /reference 17/u,
    alter: answering((outcome) => (outcome.outcome === 'accepted' ? accepted(17 as unknown as string) : outcome)),
  },
  {
    name: 'sends everything to the first phone that it has seen',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    alter: (right) => {
      let first: OutboundMessage['to'] | undefined;
      return {
        ...right,
        send(message, context) {
          first ??= message.to;
          return right.send({ ...message, to: first }, context);
        },
      };
    },
  },
  {
    name: 'sends to the phone of a later call',
    suite: 'send',
    says: /went to the phone of another/u,
    alter: (right) => {
      let latest: OutboundMessage['to'];
      return {
        ...right,
        async send(message, context) {
          latest = message.to;
          await null;
          return right.send({ ...message, to: latest }, context);
        },
      };
    },
  },
  {
    name: 'drops all parameters after the first',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    alter: sending((right, message, context) =>
      right(message.kind === 'template' ? { ...message, params: message.params.slice(0, 1) } : message, context),
    ),
  },
  {
    name: 'sorts the parameters by their values',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    capabilities: { text: false, template: true, senderId: false, verification: false },
    alter: sending((right, message, context) => {
      if (message.kind !== 'template') return right(message, context);
      const params = message.params.toSorted((one, other) => one.value.localeCompare(other.value));
      return right({ ...message, params }, context);
    }),
  },
  {
    name: 'sends equal parameters once',
    suite: 'send',
    says: /did not receive the message as it was sent/u,
    capabilities: { text: false, template: true, senderId: false, verification: false },
    alter: sending((right, message, context) => {
      if (message.kind !== 'template') return right(message, context);
      const byValue = new Map(message.params.map((param) => [param.value, param]));
      return right({ ...message, params: [...byValue.values()] }, context);
    }),
  },
  {
    name: 'gives the vendor an id of its own',
    suite: 'send',
    says: /was not given the id of the message/u,
    alter: sending((right, message, context) => right({ ...message, id: `memory-${message.to.e164}` }, context)),
  },
  {
    name: 'keeps to itself how long a message is worth anything',
    suite: 'send',
    says: /was told nothing of a message that is worth something for 300000 ms/u,
    alter: sending((right, { validForMs: _, ...message }, context) => right(message, context)),
  },
  {
    name: 'rounds up how long a message is worth anything',
    suite: 'send',
    says: /was told 3600000 of a message/u,
    alter: sending((right, message, context) =>
      right(message.validForMs === undefined ? message : { ...message, validForMs: 3_600_000 }, context),
    ),
  },
  {
    name: 'makes up how long a message is worth anything',
    suite: 'send',
    says: /that came without validForMs/u,
    alter: sending((right, message, context) => right({ validForMs: 60_000, ...message }, context)),
  },
];
