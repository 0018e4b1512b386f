import { hash, randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { canonicalPhone, type PhoneNumber } from '../phone/phone-number.js';
import { HmacSha256 } from './hmac-sha256.js';
import type { SubjectState } from './verification-store.js';

/** A code of so many digits, all equally likely, leading zeros included. */
export function makeCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}

/** Characters of an id without a mark, and of a mark: 48 bits. */
export const idLength = 44;
export const markLength = 8;

/** Characters of a handle, a subject, and the random half of an id: 128 bits in base64url. */
const halfLength = 22;
const halfBytes = 16;
const idForm = new RegExp(`^[\\w-]{${idLength}}(?:[\\w-]{${markLength}})?$`);

/**
 * Everything that is made under the pepper: HMAC-SHA-256, with what it is for in front, and each field with its
 * length, so that nothing in one can pass for the beginning of the next.
 *
 * - A *handle* stands for tenant, purpose and phone, and names none of them.
 * - An *id* is a handle and a random half; who has it can check one challenge.
 * - A *subject* is a handle as this tenant's store knows it. An id of another tenant leads to a subject that does not
 *   exist, never to that tenant's record.
 * - A *digest* stands for a code of one id, and so of one tenant, purpose, phone and challenge.
 */
export class CodeSecrets {
  readonly #current: HmacSha256;
  readonly #previous: HmacSha256 | undefined;
  readonly #tenant: string;

  /** Without a pepper: a random one, which is lost when the process ends. */
  constructor(pepper: { readonly current: string; readonly previous: string | undefined } | undefined, tenant: string) {
    this.#current = new HmacSha256(pepper === undefined ? randomBytes(32) : Buffer.from(pepper.current));
    this.#previous = pepper?.previous === undefined ? undefined : new HmacSha256(Buffer.from(pepper.previous));
    this.#tenant = tenant;
  }

  /** The subjects of a phone and purpose: under the pepper, and under the previous one while it is in use. */
  subjects(to: PhoneNumber, purpose: string): { readonly current: string; readonly previous: string | undefined } {
    return {
      current: this.#subject(this.#handle(this.#current, to, purpose)),
      previous: this.#previous && this.#subject(this.#handle(this.#previous, to, purpose)),
    };
  }

  /** Whether a pepper is being replaced: then a phone and purpose have two subjects. */
  get areRotating(): boolean {
    return this.#previous !== undefined;
  }

  /** The other subject of this phone and purpose; undefined if there is none. */
  otherSubject(subject: string, to: PhoneNumber, purpose: string): string | undefined {
    const { current, previous } = this.subjects(to, purpose);
    if (subject === current) return previous;
    return subject === previous ? current : undefined;
  }

  /** A new id for a phone and purpose, under the pepper, and the subjects of these. */
  newChallenge(to: PhoneNumber, purpose: string): NamedChallenge {
    const handle = this.#handle(this.#current, to, purpose);
    return {
      id: handle + randomName(),
      subject: this.#subject(handle),
      previous: this.#previous && this.#subject(this.#handle(this.#previous, to, purpose)),
    };
  }

  /** The subject of an id, if it is one of this tenant's; undefined for what is no id. */
  subjectOf(id: unknown): string | undefined {
    return typeof id === 'string' && idForm.test(id) ? this.#subject(id.slice(0, halfLength)) : undefined;
  }

  /** A code of ours, for the store. */
  digest(id: string, code: string): string {
    return hmac(this.#current, 'code', id, code);
  }

  /** The digests that a typed code may have in the store, one for each pepper in use. */
  digests(id: string, code: string): readonly string[] {
    const current = this.digest(id, code);
    return this.#previous === undefined ? [current] : [current, hmac(this.#previous, 'code', id, code)];
  }

  /** A key that hides what it was made from: phone numbers and addresses, in stores outside the process. */
  keyOf(text: string): string {
    return hmac(this.#current, 'key', this.#tenant, text).slice(0, halfLength);
  }

  #handle(key: HmacSha256, to: PhoneNumber, purpose: string): string {
    return hmac(key, 'subject', this.#tenant, purpose, canonicalPhone(to).e164).slice(0, halfLength);
  }

  /** Not under a pepper: the subject of an id stays the same while the pepper is replaced. */
  #subject(handle: string): string {
    return sha256(joined(['id', this.#tenant, handle])).slice(0, halfLength);
  }
}

/** What a new challenge is called. */
export interface NamedChallenge {
  readonly id: string;
  readonly subject: string;
  /** The subject under the previous pepper while it is in use. */
  readonly previous: string | undefined;
}

/** Random bytes for many ids: one call for each costs several times as much as taking some of these. */
const pool = Buffer.alloc(halfBytes * 256);
let used = pool.length;

/**
 * 128 random bits in base64url: the random half of an id, and the name of a check. Node's UUIDs are built of fifteen
 * pieces, all of which stay in memory with a string that is kept.
 */
export function randomName(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += halfBytes;
  return pool.toString('base64url', used - halfBytes, used);
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

function hmac(key: HmacSha256, ...fields: readonly string[]): string {
  return key.of(joined(fields));
}

/** Each field with its length. */
function joined(fields: readonly string[]): string {
  let all = '';
  for (const field of fields) all += `${field.length}:${field}`;
  return all;
}

/**
 * The latest approval of a subject, as a few characters. Ids that are made for the other subject of the phone and
 * purpose end with these. When the subject has a newer approval, such an id is outdated. This needs no clock, and also
 * shows an approval whose process has not yet ended the codes of the other subject.
 */
export function approvalMark({ challenges }: SubjectState): string {
  const latest = challenges.findLast(({ state }) => state === 'approved')?.id ?? '';
  return sha256(latest).slice(0, markLength);
}

/** Whether a code of the other subject has been approved since an id was made. */
export function isOutdated(id: string, other: SubjectState): boolean {
  if (id.length === idLength || !hasApproval(other)) return false;
  return id.slice(idLength) !== approvalMark(other);
}

/** Whether a code of a subject has been approved between two looks at it. */
export function hasNewApproval(before: SubjectState, after: SubjectState): boolean {
  return hasApproval(after) && approvalMark(after) !== approvalMark(before);
}

function hasApproval({ challenges }: SubjectState): boolean {
  return challenges.some(({ state }) => state === 'approved');
}
