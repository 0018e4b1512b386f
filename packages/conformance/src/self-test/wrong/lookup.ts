import type { CallContext, LookupOutcome, MessageQuery } from '@polysms/core/provider-kit';
import { deadlineAfterRunning } from '../../running-time.js';
import type { Alter } from '../memory-subject.js';
import type { WrongProvider } from './wrong-provider.js';

type Find = (query: MessageQuery, context: CallContext) => Promise<LookupOutcome>;

/** Alters `find()` only; `right` is the correct one. */
function finding(find: (right: Find, query: MessageQuery, context: CallContext) => Promise<LookupOutcome>): Alter {
  return (right) => {
    const { lookup } = right;
    if (lookup === null) throw new Error('Only a provider with a lookup can be altered so.');
    return { ...right, lookup: { ...lookup, find: (query, context) => find(lookup.find, query, context) } };
  };
}

/** Changes what `find()` returns. */
const answering = (change: (outcome: LookupOutcome, query: MessageQuery) => LookupOutcome): Alter =>
  finding(async (right, query, context) => change(await right(query, context), query));

export const wrongLookup: readonly WrongProvider[] = [
  {
    name: 'calls a message absent before visibleAfterMs',
    suite: 'lookup',
    says: /ended absent \d+ ms before the vendor lists/u,
    alter: answering((outcome) => (outcome.outcome === 'inconclusive' ? { outcome: 'absent' } : outcome)),
  },
  {
    name: 'calls a message absent a moment too early',
    suite: 'lookup',
    says: /ended absent 1 ms before the vendor lists/u,
    alter: finding((right, query, context) => right({ ...query, sentUntil: query.sentUntil - 1 }, context)),
  },
  {
    name: 'finds whatever it is asked for',
    suite: 'lookup',
    says: /ended found for a message that the vendor never took/u,
    alter: answering((outcome) => (outcome.outcome === 'absent' ? { outcome: 'found' } : outcome)),
  },
  {
    name: 'takes any message to the phone for the one that is meant',
    suite: 'lookup',
    says: /took another message for the one that was meant/u,
    alter: (right, vendor, credential) =>
      answering((outcome, { to }) =>
        outcome.outcome === 'absent' && vendor.taken.some((message) => message.to === to.e164)
          ? { outcome: 'found' }
          : outcome,
      )(right, vendor, credential),
  },
  {
    name: 'does not look at the phone',
    suite: 'lookup',
    says: /took another message for the one that was meant/u,
    alter: (right, vendor, credential) =>
      answering((outcome, { id }) =>
        outcome.outcome === 'absent' && vendor.taken.some((message) => message.id === id)
          ? { outcome: 'found' }
          : outcome,
      )(right, vendor, credential),
  },
  {
    name: 'finds only what has a reference',
    suite: 'lookup',
    says: /ended absent for a message that the vendor took/u,
    alter: answering((outcome, { reference }) =>
      outcome.outcome === 'found' && reference === undefined ? { outcome: 'absent' } : outcome,
    ),
  },
  {
    name: 'never says absent',
    suite: 'lookup',
    says: /ended inconclusive for a message that the vendor never took/u,
    alter: answering((outcome) => (outcome.outcome === 'absent' ? { outcome: 'inconclusive' } : outcome)),
  },
  {
    name: 'calls a message absent when the answer is lost',
    suite: 'lookup',
    says: /ended absent in the situation lose-answer/u,
    alter: answering((outcome) => (outcome.outcome === 'unknown' ? { outcome: 'absent' } : outcome)),
  },
  {
    name: 'calls a message absent when the vendor refuses to say',
    suite: 'lookup',
    says: /ended absent in the situation refuse/u,
    alter: answering((outcome) => (outcome.outcome === 'refused' ? { outcome: 'absent' } : outcome)),
  },
  {
    name: 'throws when nobody listens',
    suite: 'lookup',
    says: /find\(\) rejected with Error: connect/u,
    alter: answering((outcome) => {
      if (outcome.outcome === 'not-sent' && outcome.code === 'network_error') throw new Error('connect');
      return outcome;
    }),
  },
  {
    name: 'ignores the deadline of a look-up',
    suite: 'lookup',
    says: /had not settled/u,
    alter: finding((right, query) => right(query, { deadline: deadlineAfterRunning(400) })),
  },
  {
    name: 'gives the words of the vendor as a state',
    suite: 'lookup',
    says: /gave the state "DELIVRD"/u,
    alter: answering((outcome) =>
      outcome.outcome === 'found' ? { ...outcome, state: 'DELIVRD' as 'delivered' } : outcome,
    ),
  },
  {
    name: 'gives a reference of its own',
    suite: 'lookup',
    says: /another reference than send\(\)/u,
    alter: answering((outcome) => (outcome.outcome === 'found' ? { ...outcome, reference: 'row-1' } : outcome)),
  },
  {
    name: 'shows whom it has looked for',
    suite: 'lookup',
    says: /outcome of find\(\) shows the phone number in its message/u,
    alter: answering((outcome, { to }) =>
      outcome.outcome === 'unknown' ? { ...outcome, message: `No list for ${to.e164} came.` } : outcome,
    ),
  },
  {
    name: 'looks up after it was closed',
    suite: 'lookup',
    says: /ended absent, although its deadline had passed or the provider was closed/u,
    alter: answering((outcome) =>
      outcome.outcome === 'not-sent' && outcome.code === 'client_closed' ? { outcome: 'absent' } : outcome,
    ),
  },
];
