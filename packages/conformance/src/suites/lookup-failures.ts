import { deadlineAfter, type LookupOutcome } from '@polysms/core/provider-kit';
import { find, lookupSubjectOf, neverSent, untilListed } from '../asking.js';
import { closeProvider } from '../closing.js';
import { demand } from '../demand.js';
import { whatIsPrinted } from '../output.js';
import { deadlineAfterRunning } from '../running-time.js';
import { patienceMs } from '../settle.js';
import { type Situation, situations } from '../situations.js';
import type { SuitePlan } from '../suite.js';
import { confidentialOf, demandPrivate, demandSilent } from './demand-private.js';
import { hangDeadlineMs } from './outcomes.js';

/** How a look-up may end when the vendor does not answer as it should. */
const failures: Readonly<Record<Situation, readonly LookupOutcome['outcome'][]>> = {
  refuse: ['refused'],
  unreachable: ['not-sent'],
  'lose-answer': ['unknown'],
  'reset-connection': ['unknown'],
  'cut-answer': ['unknown'],
  'server-error': ['unknown', 'refused'],
  garbage: ['unknown'],
  hang: ['unknown'],
};

/** A look-up fails as any other call does. */
export function lookupFailureTests({ differences: { refusedConnectionIsUnknown }, test }: SuitePlan): void {
  for (const situation of situations) {
    const allowed: readonly string[] =
      situation === 'unreachable' && refusedConnectionIsUnknown !== undefined ? ['unknown'] : failures[situation];
    test(`ends ${allowed.join(' or ')} in the situation ${situation}, and shows nothing confidential`, async (bench) => {
      const query = neverSent(bench);
      await untilListed(bench);
      await lookupSubjectOf(bench).arrange(situation);
      const hangs = situation === 'hang';
      const deadline = hangs ? deadlineAfterRunning(hangDeadlineMs) : deadlineAfter(patienceMs);
      const withinMs = (hangs ? hangDeadlineMs : patienceMs) + bench.slackMs;
      const { value: outcome, printed } = await whatIsPrinted(() => find(bench, query, { deadline }, withinMs));
      demand(
        allowed.includes(outcome.outcome),
        `find() ended ${outcome.outcome} in the situation ${situation}`,
        'a look-up that fails is a failure as that of any other call: absent is only what the vendor has answered',
      );
      demandPrivate('The outcome of find()', [outcome], confidentialOf(bench, []));
      demandSilent('find()', printed, confidentialOf(bench, []));
    });
  }

  test('is not-sent when its deadline has passed before, and after close()', async (bench) => {
    const query = neverSent(bench);
    const ended = await find(bench, query, { deadline: deadlineAfter(0) }, bench.slackMs);
    await closeProvider(bench);
    const closed = await find(bench, query);
    for (const { outcome } of [ended, closed]) {
      demand(
        outcome === 'not-sent',
        `find() ended ${outcome}, although its deadline had passed or the provider was closed`,
        'look at context.deadline.ended first, and remember that close() was called',
      );
    }
  });
}
