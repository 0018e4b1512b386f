import type { SmsProvider } from '@polysms/core';
import type { JobLane } from '@polysms/core/jobs';
import { type CallContext, type NotSent, notSent } from '@polysms/core/provider-kit';
import { figuresOf } from './pace-script.js';
import { invalid, type QueueOptions, readPlace } from './queue-options.js';
import { sendingLane } from './sending-lane.js';
import { TurnQueue } from './turn-queue.js';

/** Options of {@link sharedPace}. */
export interface SharedPaceOptions extends Omit<QueueOptions, 'name'> {
  /**
   * Requests in a second over all processes with the same Redis and prefix: above 0, at most 10000. No second sees more of
   * them. One turn in a hundred is kept for codes.
   */
  readonly maxPerSecond: number;
}

/**
 * Keeps a provider at one pace over all processes. Who waits for a code goes first, then messages, then campaigns. What
 * is sent without a queue counts as a code. A call that gets no turn in time is `not-sent`, `rate_limited`: it goes to the
 * next provider, or back into the queue. Checks of codes have no pace.
 *
 * Closing the result closes the provider.
 *
 * @throws SmsError `configuration_invalid`
 */
export function sharedPace(provider: SmsProvider, options: SharedPaceOptions): SmsProvider {
  const { connection, prefix } = readPlace('sharedPace()', options);
  const { maxPerSecond } = options;
  if (typeof maxPerSecond !== 'number' || !(maxPerSecond > 0 && maxPerSecond <= 10_000 && 1000 / maxPerSecond < 1e9)) {
    throw invalid('sharedPace(): maxPerSecond must be a number above 0 and at most 10000.');
  }
  const figures = figuresOf(maxPerSecond);
  const key = `${prefix}:pace:${encodeURIComponent(provider.id)}`;
  const queues = new Map<JobLane, TurnQueue>();
  let isClosed = false;
  const turn = (context: CallContext): Promise<NotSent | undefined> => {
    if (isClosed) return Promise.resolve(notSent('client_closed', 'The provider is closed.'));
    const lane = sendingLane.getStore() ?? 'codes';
    let queue = queues.get(lane);
    if (queue === undefined) {
      queue = new TurnQueue({ connection, key, figures, lane });
      queues.set(lane, queue);
    }
    return queue.turn(context);
  };
  const { specification, id, sends, verification, webhooks, events, lookup } = provider;
  return {
    specification,
    id,
    sends,
    send: async (message, context) => (await turn(context)) ?? provider.send(message, context),
    verification: verification && {
      limits: verification.limits,
      start: async (request, context) => (await turn(context)) ?? verification.start(request, context),
      check: (request, context) => verification.check(request, context),
    },
    webhooks,
    events,
    lookup,
    async close() {
      isClosed = true;
      for (const queue of queues.values()) queue.close();
      await provider.close();
    },
  };
}
