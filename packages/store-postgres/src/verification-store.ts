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
import { parsedJson, sqlJson } from './sql-text.js';
import type { Statements } from './statements.js';

type Operation = 'open' | 'settle' | 'check' | 'conclude' | 'cancel' | 'read' | 'end';

/** Challenges and failures in PostgreSQL, a row for each subject. Each operation is a function of the database. */
export class PostgresVerificationStore implements VerificationStore {
  readonly isShared = true;
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  async open({ subject, ...challenge }: NewChallenge): Promise<Opening> {
    return (await this.#run('open', subject, challenge)) as Opening;
  }

  async settle(subject: string, id: string, { codes, providers }: SentCodes): Promise<void> {
    await this.#run('settle', subject, { id, codes, providers });
  }

  async check({ subject, ...check }: StoreCheck): Promise<CheckStep> {
    return (await this.#run('check', subject, check, 'unknown')) as CheckStep;
  }

  async conclude({ subject, ...conclusion }: CheckConclusion): Promise<'approved' | 'refunded' | 'not-found'> {
    const answer = await this.#run('conclude', subject, conclusion, 'unknown');
    return answer as 'approved' | 'refunded' | 'not-found';
  }

  async cancel(subject: string, id: string): Promise<boolean> {
    return (await this.#run('cancel', subject, { id }, 'unknown')) as boolean;
  }

  async read(subject: string): Promise<SubjectState> {
    return (await this.#run('read', subject, {})) as SubjectState;
  }

  async end(subject: string, keepMs: number): Promise<SubjectState> {
    return (await this.#run('end', subject, { keepMs }, 'unknown')) as SubjectState;
  }

  /**
   * What is `unknown` if its answer was lost, may have been done: a check, its conclusion, a cancellation, an end. Without
   * the answer of the others nothing is sent.
   */
  async #run(operation: Operation, subject: string, order: object, ifLost: 'not-sent' | 'unknown' = 'not-sent') {
    const [row] = await this.#statements.run({
      sql: `select polysms.verification_${operation}($1, $2, $3)`,
      values: [this.#statements.now, keyPart(subject), sqlJson(order)],
      store: 'verification store',
      ifLost,
    });
    return parsedJson(row?.[0] ?? 'null');
  }
}
