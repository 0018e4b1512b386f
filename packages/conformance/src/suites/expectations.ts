import type { Differences } from '../differences.js';
import type { Situation } from '../situations.js';
import type { Outcome } from '../well-formed.js';

/** What must become of a call in a situation. */
export interface Expectation {
  readonly outcome: Outcome['outcome'];
  readonly when: string;
  readonly remedy: string;
  /** Whether the vendor has done its work, so that the environment must show the message. */
  readonly delivers: boolean;
  /** Why the outcome differs from the contract's. */
  readonly difference?: string;
}

const afterTheWrite =
  'answer unknown for every error after the request was written, whatever its code, and do not send it again: the message has arrived';

const expectations: Readonly<Record<Situation, Expectation>> = {
  refuse: {
    outcome: 'refused',
    when: 'when the vendor refuses',
    delivers: false,
    remedy: "read the vendor's refusals and map each status to refused with one of our codes",
  },
  unreachable: {
    outcome: 'not-sent',
    when: 'when the connection is refused',
    delivers: false,
    remedy:
      'record when the request is written; an error before that is not-sent, so that the next provider may be tried',
  },
  hang: {
    outcome: 'unknown',
    when: 'when the vendor reads the request and never answers',
    delivers: false,
    remedy:
      "answer unknown with the code 'timeout' when the deadline ends: the vendor has the request, so it may have been sent",
  },
  'lose-answer': {
    outcome: 'unknown',
    when: 'when the connection is closed after the message was delivered',
    delivers: true,
    remedy: afterTheWrite,
  },
  'reset-connection': {
    outcome: 'unknown',
    when: 'when the connection is reset after the message was delivered',
    delivers: true,
    remedy: `${afterTheWrite}; ECONNRESET proves nothing, it comes before the write and after it`,
  },
  'cut-answer': {
    outcome: 'unknown',
    when: 'when the answer is cut in its middle',
    delivers: true,
    remedy: `${afterTheWrite}; read the body to its end before you believe any of it`,
  },
  'server-error': {
    outcome: 'unknown',
    when: 'when the vendor answers with a server error',
    delivers: true,
    remedy:
      'take only the answer of a success as a success; a server error is unknown, since the vendor may have sent the message before it failed. If it promises that it has not, declare serverErrorIsRefused with that promise',
  },
  garbage: {
    outcome: 'unknown',
    when: 'when nobody can read the answer',
    delivers: false,
    remedy: "answer unknown with the code 'invalid_response'; a status 200 alone proves nothing",
  },
};

/** What must become of a call in a situation, the declared differences taken into account. */
export function expectationFor(situation: Situation, differences: Differences): Expectation {
  const expectation = expectations[situation];
  const { refusedConnectionIsUnknown, serverErrorIsRefused } = differences;
  const gone = (name: keyof Differences) => `the declared difference has gone: remove ${name} from the differences`;
  if (situation === 'unreachable' && refusedConnectionIsUnknown !== undefined) {
    const remedy = gone('refusedConnectionIsUnknown');
    return { ...expectation, outcome: 'unknown', difference: refusedConnectionIsUnknown, remedy };
  }
  if (situation === 'server-error' && serverErrorIsRefused !== undefined) {
    const remedy = gone('serverErrorIsRefused');
    return { ...expectation, outcome: 'refused', delivers: false, difference: serverErrorIsRefused, remedy };
  }
  return expectation;
}
