import { randomInt } from 'node:crypto';
import { keyPart, type LimitStore, type LimitUnit, type TakenUnit, type TakeResult } from '@polysms/core/stores';
import type { Row, Statements } from './statements.js';

const takeAll = 'select * from polysms.limits_take($1, $2, $3, $4, $5)';
const refundAll = 'select polysms.limits_refund($1, $2, $3, $4)';

/** Limits in PostgreSQL, a row for each window. */
export class PostgresLimitStore implements LimitStore {
  readonly isShared = true;
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  async takeAll(units: readonly LimitUnit[]): Promise<TakeResult> {
    // Short, since every window keeps one, and only the windows of one name must differ.
    const token = randomInt(2 ** 47).toString(36);
    const named = new Map(units.map((unit) => [nameOf(unit), unit]));
    // Sorted: whoever takes together waits for others in one order.
    const names = [...named.keys()].sort();
    const limits = names.flatMap((name) => named.get(name)?.limit ?? []);
    const maxima = limits.map(({ max }) => max);
    const lengths = limits.map(({ windowMs }) => windowMs);
    const rows = await this.#run(takeAll, [names, maxima, lengths, token]);
    const answers = new Map(rows.map((row) => [row[0], row]));
    const taken: TakenUnit[] = [];
    let refusal: Extract<TakeResult, { readonly taken: false }> | undefined;
    for (const [index, unit] of units.entries()) {
      const [, windowId, number, retryAfter] = answers.get(nameOf(unit)) ?? [];
      if (number) taken.push({ ...unit, id: `${windowId}.${number}` });
      if (!retryAfter) continue;
      const retryAfterMs = Number(retryAfter);
      if (refusal === undefined || retryAfterMs > refusal.retryAfterMs) refusal = { taken: false, index, retryAfterMs };
    }
    return refusal ?? { taken: true, units: taken };
  }

  async refund(units: readonly TakenUnit[]): Promise<void> {
    const named = units.flatMap((unit) => {
      const [, windowId = '', number = ''] = /^([\w-]+)\.([1-9]\d{0,8})$/.exec(unit.id) ?? [];
      return number === '' ? [] : [{ name: nameOf(unit), windowId, number: Number(number) }];
    });
    if (named.length === 0) return;
    named.sort((one, other) => (one.name < other.name ? -1 : 1));
    const values = [
      named.map(({ name }) => name),
      named.map(({ windowId }) => windowId),
      named.map(({ number }) => number),
    ];
    await this.#run(refundAll, values);
  }

  #run(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const all = [this.#statements.now, ...values];
    return this.#statements.run({ sql, values: all, store: 'limit store', ifLost: 'not-sent' });
  }
}

function nameOf({ key, limit: { max, windowMs } }: LimitUnit): string {
  return `${keyPart(key)} ${max} ${windowMs}`;
}
