import {
  type CheckConclusion,
  type CheckStep,
  keyPart,
  type NewChallenge,
  type Opening,
  type SentCodes,
  type StoreCheck,
  type SubjectState,
  type VerificationStore,
} from '@polysms/core/stores';
import type { RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';
import { listFrom, parsedAnswer, scriptJson } from './script-json.js';
import { cancelScript } from './verification-scripts/cancel.js';
import { checkScript } from './verification-scripts/check.js';
import { concludeScript } from './verification-scripts/conclude.js';
import { endScript } from './verification-scripts/end.js';
import { openScript } from './verification-scripts/open.js';
import { readScript } from './verification-scripts/read.js';
import { settleScript } from './verification-scripts/settle.js';

/** Challenges and failures in Redis, two keys for each subject. */
export class RedisVerificationStore implements VerificationStore {
  readonly isShared = true;
  readonly #scripts: RedisScripts;
  readonly #prefix: string;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
  }

  open({ subject, id, to, purpose, codes, maxFailures, maxLive, keepMs }: NewChallenge): Promise<Opening> {
    const order = { id, to, purpose, codes, maxFailures, maxLive, keepMs };
    return this.#run(openScript, subject, order, openingFrom);
  }

  settle(subject: string, id: string, { codes, providers }: SentCodes): Promise<void> {
    return this.#run(settleScript, subject, { id, codes, providers }, nothing);
  }

  check(check: StoreCheck): Promise<CheckStep> {
    const { subject, guesses, purpose, token, maxFailures, failureWindowMs, keepMs, countsFailure } = check;
    const order = { guesses, purpose, token, maxFailures, failureWindowMs, keepMs, countsFailure };
    return this.#run(checkScript, subject, order, stepFrom, 'unknown');
  }

  conclude({ subject, ...conclusion }: CheckConclusion): Promise<'approved' | 'refunded' | 'not-found'> {
    return this.#run(concludeScript, subject, conclusion, conclusionFrom, 'unknown');
  }

  cancel(subject: string, id: string): Promise<boolean> {
    return this.#run(cancelScript, subject, { id }, flagFrom, 'unknown');
  }

  read(subject: string): Promise<SubjectState> {
    return this.#run(readScript, subject, {}, stateFrom);
  }

  end(subject: string, keepMs: number): Promise<SubjectState> {
    return this.#run(endScript, subject, { keepMs }, stateFrom, 'unknown');
  }

  /**
   * What is `unknown` if its answer was lost, may have been done: a check, its conclusion, a cancellation, an end. Without
   * the answer of the others nothing is sent.
   */
  #run<Answer>(
    script: Script,
    subject: string,
    order: object,
    read: (answer: unknown) => Answer,
    ifLost: 'not-sent' | 'unknown' = 'not-sent',
  ): Promise<Answer> {
    const key = `${this.#prefix}:verification:{${keyPart(subject)}}`;
    const keys = [key, `${key}:failures`];
    return this.#scripts
      .run({ script, keys, args: [scriptJson(order)], store: 'verification store', ifLost })
      .then((answer) => read(parsedAnswer(answer)));
  }
}

function openingFrom(answer: unknown): Opening {
  const opening = answer as Opening;
  return opening.state === 'opened' ? { state: 'opened', previous: listFrom(opening.previous) } : opening;
}

function stepFrom(answer: unknown): CheckStep {
  return answer as CheckStep;
}

function conclusionFrom(answer: unknown): 'approved' | 'refunded' | 'not-found' {
  return answer as 'approved' | 'refunded' | 'not-found';
}

function flagFrom(answer: unknown): boolean {
  return answer as boolean;
}

function nothing(): void {}

function stateFrom(answer: unknown): SubjectState {
  const state = answer as SubjectState;
  return { ...state, challenges: listFrom(state.challenges) };
}
