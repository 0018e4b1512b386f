import { randomUUID } from 'node:crypto';
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
import { MessageIndex } from './message-index.js';
import {
  addScript,
  claimScript,
  eraseScript,
  findScript,
  firstScript,
  linkScript,
  readScript,
  replaceScript,
} from './message-scripts.js';
import { redisFailure } from './redis-failure.js';
import type { RedisScripts } from './redis-scripts.js';
import { newerVersion, type Script } from './script.js';
import { listFrom, parsedAnswer } from './script-json.js';

/** What the script answers to a replacement, with the record still as the text that was stored. */
type ReplaceAnswer =
  | { readonly state: 'replaced'; readonly wasDueAt?: number }
  | { readonly state: 'outdated'; readonly current?: string };

/** Messages in Redis: a key for each record, each idempotency key and each reference. Each may be on another node. */
export class RedisMessageStore implements MessageStore {
  readonly isShared = true;
  readonly #scripts: RedisScripts;
  readonly #prefix: string;
  readonly #index: MessageIndex;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
    this.#index = new MessageIndex(scripts, prefix);
  }

  /**
   * The record is written before the key is taken: whoever finds the key taken finds the record. Whoever loses erases
   * the record that it wrote; a process that dies in between leaves one of a message that nobody knows.
   */
  async add(record: MessageRecord, keepMs: number, claim?: KeyClaim): Promise<Added> {
    const { id, revision, dueAt } = record;
    const livesMs = Math.max(lifetime(keepMs), claim === undefined ? 0 : lifetime(claim.ttlMs));
    await this.#index.adding(record, livesMs);
    await this.#run(addScript, this.#recordKey(id), [
      JSON.stringify(record),
      String(revision),
      dueText(dueAt),
      String(livesMs),
    ]);
    if (claim === undefined) return { state: 'added' };
    const { key, fingerprint, ttlMs, replaces = '' } = claim;
    const answer = await this.#run(claimScript, `message-key:{${keyHash(key)}}`, [
      id,
      fingerprint,
      String(ttlMs),
      replaces,
    ]);
    const added = parsedAnswer(answer) as { readonly state: Added['state']; readonly id: string };
    if (added.state === 'added') return { state: 'added' };
    // The answer is known. A record that stays tells of a message whose id nobody has.
    await this.#erase([id], record.to).catch(() => {});
    if (added.state === 'conflict') return { state: 'conflict' };
    return { state: 'held', id: added.id, record: await this.#read(added.id, 'not-sent') };
  }

  read(id: string): Promise<MessageRecord | undefined> {
    return this.#read(id, 'unknown');
  }

  async replace(record: MessageRecord): Promise<Replaced> {
    const { id, revision, dueAt } = record;
    const seen = dueAt === undefined ? undefined : await this.#expect(record, dueAt);
    const args = [JSON.stringify(record), String(revision), dueText(dueAt)];
    const answer = parsedAnswer(await this.#run(replaceScript, this.#recordKey(id), args, 'unknown')) as ReplaceAnswer;
    if (answer.state === 'outdated') return { state: 'outdated', current: recordFrom(answer.current ?? '', 'unknown') };
    const entry = dueAt === undefined ? answer.wasDueAt : seen;
    if (entry !== undefined) await this.#index.settle(id, entry, dueAt);
    return { state: 'replaced' };
  }

  async link(provider: string, reference: string, id: string, keepMs: number): Promise<readonly ReportEntry[]> {
    const args = [id, String(lifetime(keepMs))];
    const answer = parsedAnswer(await this.#run(linkScript, referenceKey(provider, reference), args, 'unknown'));
    return listFrom(answer as readonly string[]).map((report) => JSON.parse(report) as ReportEntry);
  }

  async find(provider: string, reference: string, report: ReportEntry, waitMs: number): Promise<string | undefined> {
    const args = [JSON.stringify(report), String(lifetime(waitMs))];
    const id = String(await this.#run(findScript, referenceKey(provider, reference), args, 'unknown'));
    return id === '' ? undefined : id;
  }

  async claimDue(now: number, limit: number, leaseMs: number): Promise<readonly string[]> {
    const until = now + leaseMs;
    const due: string[] = [];
    for (;;) {
      const wanted = limit - due.length;
      const ids = wanted > 0 ? await this.#index.claim(now, wanted, until) : [];
      const areDue = await Promise.all(ids.map((id) => this.#isDue(id, now, until)));
      due.push(...ids.filter((_, index) => areDue[index]));
      if (ids.length < wanted || wanted <= 0) return due;
    }
  }

  async isFirst(what: string, keepMs: number): Promise<boolean> {
    // Made here, not in Redis: a client that lost the answer may repeat the command, and is then told the same.
    const args = [randomUUID(), String(lifetime(keepMs))];
    return Number(await this.#run(firstScript, `said:{${keyHash(what)}}`, args, 'unknown')) === 1;
  }

  async forget(to: string): Promise<number> {
    const ids = await this.#index.ofPhone(to);
    // Counted before: a command that the client repeats would find nothing to erase.
    const records = await Promise.all(ids.map((id) => this.#run(readScript, this.#recordKey(id), [], 'unknown')));
    await this.#erase(ids, to);
    return records.filter((record) => record !== '').length;
  }

  /**
   * Says before a replacement when it is due. Its entry stays if that was so before, since somebody may have claimed it,
   * and if the replacement will be refused.
   */
  async #expect({ id, revision }: MessageRecord, dueAt: number): Promise<number | undefined> {
    const known = await this.read(id);
    const isNew = known?.revision === revision - 1 && known.dueAt !== dueAt;
    return isNew ? this.#index.expecting(id, dueAt, 'unknown') : undefined;
  }

  async #erase(ids: readonly string[], to: string): Promise<void> {
    await Promise.all(ids.map((id) => this.#run(eraseScript, this.#recordKey(id), [], 'unknown')));
    await this.#index.erased(ids, to);
  }

  /** Whether a record that was claimed is due. If not, its entry is mended, unless others have changed it since. */
  async #isDue(id: string, now: number, claimedUntil: number): Promise<boolean> {
    let dueAt: number | undefined;
    try {
      dueAt = (await this.read(id))?.dueAt;
    } catch {
      // One that cannot be read must not keep the others from being looked at. It comes again after the lease.
      return false;
    }
    if (dueAt !== undefined && dueAt <= now) return true;
    await this.#index.settle(id, claimedUntil, dueAt);
    return false;
  }

  async #read(id: string, outcome: FailureOutcome): Promise<MessageRecord | undefined> {
    return recordFrom(String(await this.#run(readScript, this.#recordKey(id), [], outcome)), outcome);
  }

  #recordKey(id: string): string {
    return `message:{${keyPart(id)}}`;
  }

  /** A failure says nothing of a message that may have been sent before: it is `not-sent` only while one is added. */
  #run(script: Script, key: string, args: readonly string[], outcome: FailureOutcome = 'not-sent'): Promise<unknown> {
    const keys = [`${this.#prefix}:${key}`];
    return this.#scripts.run({ script, keys, args, store: 'message store', ifLost: outcome, ifRefused: outcome });
  }
}

/** The length in front, so that no provider's id can pass for the beginning of a reference. */
function referenceKey(provider: string, reference: string): string {
  return `reference:{${keyPart(`${provider.length}:${provider}:${reference}`)}}`;
}

function dueText(dueAt: number | undefined): string {
  return dueAt === undefined ? '' : String(dueAt);
}

function recordFrom(text: string, outcome: FailureOutcome): MessageRecord | undefined {
  if (text === '') return undefined;
  const record = JSON.parse(text) as Pick<MessageRecord, 'version'>;
  if (record.version !== 1) throw redisFailure(new Error(newerVersion), 'message store', outcome, outcome);
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
