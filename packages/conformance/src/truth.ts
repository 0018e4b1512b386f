import { demand } from './demand.js';
import { describeOutcome, type Outcome } from './well-formed.js';

interface Truth {
  readonly fewest: number;
  readonly most: number;
  readonly remedy: string;
}

const anyNumber: Truth = { fewest: 0, most: Number.POSITIVE_INFINITY, remedy: 'a check sends nothing' };

/** How many messages phones may have received from a call with each outcome. */
const truths: Readonly<Record<Outcome['outcome'], Truth>> = {
  accepted: {
    fewest: 1,
    most: 1,
    remedy: "say accepted only when the vendor's answer says so, and ask it only once",
  },
  refused: {
    fewest: 0,
    most: 0,
    remedy: 'say refused only when the vendor has answered that it sent nothing',
  },
  'not-sent': {
    fewest: 0,
    most: 0,
    remedy:
      'say not-sent only if the request was not written; once it was, an answer that does not come makes it unknown',
  },
  unknown: {
    fewest: 0,
    most: 1,
    remedy: 'never repeat a request by yourself: the first one may have arrived',
  },
  approved: anyNumber,
  incorrect: anyNumber,
  expired: anyNumber,
  exhausted: anyNumber,
};

/** Demands that an outcome fits what phones received: `count` messages of the call that it belongs to. */
export function demandTruthful(name: string, outcome: Outcome, count: number): void {
  const { fewest, most, remedy } = truths[outcome.outcome];
  const problem = `${name} ended ${describeOutcome(outcome)}, but phones received its message ${count} times`;
  demand(count >= fewest && count <= most, problem, remedy);
}
