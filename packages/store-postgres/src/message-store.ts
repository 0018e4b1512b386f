import {
  type Added,
  type FailureOutcome,
  type KeyClaim,
  keyHash,
  keyPart,
  type MessageRecord,
  type MessageStore,
  type Replaced,
  type ReportEntry,
  SmsError,
} from '@polysms/core/stores';
import {
  addMessage,
  claimDue,
  findReference,
  forgetPhone,
  linkReference,
  readMessage,
  replaceMessage,
  sayFirst,
} from './message-statements.js';
import { newerVersion, postgresFailure } from './postgres-failure.js';
import { sqlText, textOf } from './sql-text.js';
import type { Row, Statements } from './statements.js';

/** Messages in PostgreSQL, each operation one statement. */
export class PostgresMessageStore implements MessageStore {
  readonly isShared = true;
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  async add(record: MessageRecord, keepMs: number, claim?: KeyClaim): Promise<Added> {
    const { id, to, revision, dueAt } = record;
    const livesMs = Math.max(lifetime(keepMs), claim === undefined ? 0 : lifetime(claim.ttlMs));
    const message = [sqlText(id), keyHash(to), revision, JSON.stringify(record), dueAt ?? null, livesMs];
    const [state, holder, held] = await this.#row(addMessage, [...message, ...claimValues(claim)], 'not-sent');
    if (state === 'held') return { state, id: textOf(holder ?? ''), record: recordFrom(held, 'not-sent') };
    return state === 'conflict' ? { state } : { state: 'added' };
  }

  async read(id: string): Promise<MessageRecord | undefined> {
    const [record] = await this.#row(readMessage, [sqlText(id)]);
    return recordFrom(record, 'unknown');
  }

  async replace(record: MessageRecord): Promise<Replaced> {
    const { id, revision, dueAt } = record;
    const values = [sqlText(id), revision, JSON.stringify(record), dueAt ?? null];
    const [state, current] = await this.#row(replaceMessage, values);
    return state === 'replaced' ? { state } : { state: 'outdated', current: recordFrom(current, 'unknown') };
  }

  async link(provider: string, reference: string, id: string, keepMs: number): Promise<readonly ReportEntry[]> {
    const values = [referenceName(provider, reference), sqlText(id), lifetime(keepMs)];
    const [reports] = await this.#row(linkReference, values);
    return (JSON.parse(reports ?? '[]') as readonly string[]).map((report) => JSON.parse(report) as ReportEntry);
  }

  async find(provider: string, reference: string, report: ReportEntry, waitMs: number): Promise<string | undefined> {
    const values = [referenceName(provider, reference), JSON.stringify(report), lifetime(waitMs)];
    const [id] = await this.#row(findReference, values);
    return id === undefined || id === null ? undefined : textOf(id);
  }

  async claimDue(now: number, limit: number, leaseMs: number): Promise<readonly string[]> {
    const rows = await this.#rows(claimDue, [now, Math.max(0, limit), now + leaseMs]);
    return rows.toSorted(([, one], [, other]) => Number(one) - Number(other)).map(([id]) => textOf(id ?? ''));
  }

  async isFirst(what: string, keepMs: number): Promise<boolean> {
    return (await this.#rows(sayFirst, [keyHash(what), lifetime(keepMs)])).length === 1;
  }

  async forget(to: string): Promise<number> {
    const [count] = await this.#row(forgetPhone, [keyHash(to)]);
    return Number(count);
  }

  async #row(sql: string, values: readonly unknown[], outcome?: FailureOutcome): Promise<Row> {
    const [row] = await this.#rows(sql, values, outcome);
    return row ?? [];
  }

  /** A failure says nothing of a message that may have been sent before: it is `not-sent` only while one is added. */
  #rows(sql: string, values: readonly unknown[], outcome: FailureOutcome = 'unknown'): Promise<readonly Row[]> {
    return this.#statements.run({
      sql,
      values: [this.#statements.now, ...values],
      store: 'message store',
      ifLost: outcome,
      ifRefused: outcome,
    });
  }
}

function claimValues(claim: KeyClaim | undefined): readonly unknown[] {
  if (claim === undefined) return [null, null, null, null];
  const { key, fingerprint, ttlMs, replaces } = claim;
  return [keyHash(key), sqlText(fingerprint), ttlMs, replaces === undefined ? null : sqlText(replaces)];
}

/** The length in front, so that no provider's id can pass for the beginning of a reference. */
function referenceName(provider: string, reference: string): string {
  return keyPart(`${provider.length}:${provider}:${reference}`);
}

function recordFrom(text: string | null | undefined, outcome: FailureOutcome): MessageRecord | undefined {
  if (text === null || text === undefined) return undefined;
  const record = JSON.parse(text) as Pick<MessageRecord, 'version'>;
  if (record.version !== 1) throw postgresFailure(new Error(newerVersion), 'message store', outcome, outcome);
  return record as MessageRecord;
}

function lifetime(ms: number): number {
  if (typeof ms === 'number' && ms > 0 && ms < Number.POSITIVE_INFINITY) return ms;
  throw new SmsError({
    code: 'invalid_request',
    outcome: 'not-sent',
    message: 'The lifetime of a message, key or reference must be a number of milliseconds above 0.',
  });
}
