import type {
  CheckConclusion,
  CheckStep,
  NewChallenge,
  Opening,
  SentCodes,
  StoreCheck,
  SubjectState,
  VerificationStore,
} from '@polysms/core/stores';
import { keyPart } from './key-part.js';
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

  async open({ subject, ...challenge }: NewChallenge): Promise<Opening> {
    const opening = (await this.#run(openScript, subject, challenge)) as Opening;
    return opening.state === 'opened' ? { ...opening, previous: listFrom(opening.previous) } : opening;
  }

  async settle(subject: string, id: string, { codes, providers }: SentCodes): Promise<void> {
    await this.#run(settleScript, subject, { id, codes, providers });
  }

  async check({ subject, ...check }: StoreCheck): Promise<CheckStep> {
    return (await this.#run(checkScript, subject, check, 'unknown')) as CheckStep;
  }

  async conclude({ subject, ...conclusion }: CheckConclusion): Promise<'approved' | 'refunded' | 'not-found'> {
    const answer = await this.#run(concludeScript, subject, conclusion, 'unknown');
    return answer as 'approved' | 'refunded' | 'not-found';
  }

  async cancel(subject: string, id: string): Promise<boolean> {
    return (await this.#run(cancelScript, subject, { id }, 'unknown')) as boolean;
  }

  async read(subject: string): Promise<SubjectState> {
    return stateFrom(await this.#run(readScript, subject, {}));
  }

  async end(subject: string, keepMs: number): Promise<SubjectState> {
    return stateFrom(await this.#run(endScript, subject, { keepMs }, 'unknown'));
  }

  /**
   * What is `unknown` if its answer was lost, may have been done: a check, its conclusion, a cancellation, an end. Without
   * the answer of the others nothing is sent.
   */
  async #run(script: Script, subject: string, order: object, ifLost: 'not-sent' | 'unknown' = 'not-sent') {
    const key = `${this.#prefix}:verification:{${keyPart(subject)}}`;
    const answer = await this.#scripts.run({
      script,
      keys: [key, `${key}:failures`],
      args: [scriptJson(order)],
      store: 'verification store',
      ifLost,
    });
    return parsedAnswer(answer);
  }
}

function stateFrom(answer: unknown): SubjectState {
  const state = answer as SubjectState;
  return { ...state, challenges: listFrom(state.challenges) };
}
