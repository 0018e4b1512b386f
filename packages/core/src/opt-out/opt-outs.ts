import type { Deadline } from '../contract/deadline.js';
import type { InboundMessage } from '../contract/provider-events.js';
import { isThenable } from '../listeners/listeners.js';
import { safeParsePhoneNumber } from '../phone/parse.js';
import { canonicalPhone, type PhoneNumber } from '../phone/phone-number.js';
import { plainText } from '../phone/typed-text.js';
import { type Awaitable, askStore, askStoreAtOnce, type StoreQuestion } from '../stores/ask-store.js';
import type { ParsedOptOutOptions } from './opt-out-options.js';
import type { OptOutStore } from './opt-out-store.js';
import { optOutOf } from './opt-out-words.js';

export interface OptOutsOptions {
  readonly store: OptOutStore;
  readonly words: ParsedOptOutOptions['words'];
  /** Whether a vendor's report that somebody has opted out counts as well. */
  readonly reports: boolean;
  /** Hides a phone, always in the same way: under a secret that is never replaced. */
  readonly keyOf: (text: string) => string;
  /** The time in milliseconds since 1970. Default: that of the machine. */
  readonly now?: (() => number) | undefined;
}

/** A message that somebody means to send. */
export interface MeantMessage {
  readonly to: PhoneNumber;
  /** If the caller chose one. */
  readonly senderId: string | undefined;
  /** The ids of the providers that may send it. */
  readonly providers: readonly string[];
}

const asking: StoreQuestion = {
  store: 'opt-out store',
  outcome: 'not-sent',
  consequence: 'Nothing was sent: without it nobody knows whether the person wants messages. See optOut.',
};

const keeping: StoreQuestion = {
  store: 'opt-out store',
  outcome: 'not-sent',
  consequence: 'What the person said was not kept, and the vendor is to repeat it.',
};

/**
 * Who wants no messages, and from whom.
 *
 * A person says STOP to one of our numbers, through the account of one provider. Two things follow, each with a key of
 * its own:
 *
 * - The *account* writes to this phone no more, under whatever sender. A message without a `senderId` goes out under a
 *   number that the vendor chooses, and with one, under a name that nobody can answer: so only the whole account is sure
 *   not to be what the person has said STOP to.
 * - The *number* writes to this phone no more, through whatever account: a `senderId` that is this number is refused by
 *   all providers.
 *
 * A vendor's report that somebody has opted out says no number: it keeps the account from writing.
 *
 * Other accounts may write. START takes back what was said to the same number and to the same account, and no more: who
 * said STOP to two numbers of an account and START to one of them gets messages of the account again, but none whose
 * `senderId` is the other number. Of STOP and START the later counts, by the time at which they were said.
 *
 * Accounts are known by the ids of their providers: an account under a new id is another one.
 */
export class OptOuts {
  readonly #store: OptOutStore;
  readonly #words: ParsedOptOutOptions['words'];
  readonly #reports: boolean;
  readonly #keyOf: (text: string) => string;
  readonly #now: () => number;

  constructor({ store, words, reports, keyOf, now = Date.now }: OptOutsOptions) {
    this.#store = store;
    this.#words = words;
    this.#reports = reports;
    this.#keyOf = keyOf;
    this.#now = now;
  }

  /**
   * Keeps what a person said, if it was STOP or START, and says which. It may be told twice. When this has resolved it is
   * kept, and only then may the vendor be told that the message has arrived. What comes from no phone, such as a
   * service's short code, is kept of nobody: nothing can be sent there.
   *
   * @param provider the id of the provider through which the message came
   * @throws SmsError `store_unavailable` if the store is down, full or late, `aborted` if the call was
   */
  async apply(provider: string, inbound: InboundMessage, deadline: Deadline): Promise<'stop' | 'start' | undefined> {
    const from = safeParsePhoneNumber(inbound.from);
    const { inChina, elsewhere } = this.#words;
    const words = from.valid && from.phone.callingCode === '86' ? inChina : elsewhere;
    const said = inbound.optOut ?? optOutOf(inbound.text, words);
    if (said === undefined || !from.valid) return said;
    const at = this.#notToCome(inbound.at);
    const keys = [...this.#accountKeys(from.phone, [provider]), ...this.#numberKeys(from.phone, inbound.to)];
    // Each for itself: if one fails the vendor repeats the message, and what is kept already is not kept twice.
    const kept = keys.map((key) =>
      askStore(keeping, deadline, () => (said === 'stop' ? this.#store.add(key, at) : this.#store.remove(key, at))),
    );
    await Promise.all(kept);
    return said;
  }

  /**
   * Keeps that the vendor has not delivered a message since the person wants none from this account: somebody said STOP
   * to the vendor, and the client was not told. It may be told again, or late: it counts as said when the message was
   * sent, since the person had said it by then, and whatever was said since is later.
   *
   * @throws SmsError `store_unavailable` if the store is down, full or late
   */
  async applyReport(
    provider: string,
    { to, createdAt }: { readonly to: string; readonly createdAt: number },
    deadline: Deadline,
  ): Promise<void> {
    const from = safeParsePhoneNumber(to);
    if (!this.#reports || !from.valid) return;
    const at = this.#notToCome(createdAt);
    const [key] = this.#accountKeys(from.phone, [provider]) as readonly [string];
    await askStore(keeping, deadline, () => this.#store.add(key, at));
  }

  /**
   * The ids of the providers that must not send this message: some, none, or all. Asks the store once. If it is down the
   * message must not be sent either: to write to somebody who said STOP is against the law in most countries. Without a
   * promise if the store answered so. Rejects, never throws.
   *
   * @throws SmsError `store_unavailable`, `not-sent`, if the store is down or late, `aborted` if the call was
   */
  blockedProviders(message: MeantMessage, deadline: Deadline): Awaitable<ReadonlySet<string>> {
    const { to, senderId, providers } = message;
    const numberKeys = senderId === undefined ? [] : this.#numberKeys(to, senderId);
    const accountKeys = this.#accountKeys(to, providers);
    const keys = numberKeys.length === 0 ? accountKeys : [...accountKeys, ...numberKeys];
    if (keys.length === 0) return noProviders;
    const answers = askStoreAtOnce(asking, deadline, () => this.#store.has(keys), {
      isAnswer: (answer) => isAnswerTo(keys, answer),
    });
    return isThenable(answers)
      ? Promise.resolve(answers).then((late) => blockedBy(late, providers))
      : blockedBy(answers, providers);
  }

  /** A time to come would outlast everything that the person says until then; it is somebody's mistake. */
  #notToCome(at: number | undefined): number {
    const now = Math.floor(this.#now());
    return at !== undefined && at >= 0 && at < now ? Math.floor(at) : now;
  }

  /** The phone is hidden once for all of them: every send asks, and a hash costs more than all else about it. */
  #accountKeys(phone: PhoneNumber, providers: readonly string[]): readonly string[] {
    const hidden = this.#keyOf(`["opt-out","${canonicalPhone(phone).e164}","account"]`);
    return providers.map((id) => `${hidden}:${id}`);
  }

  /** None if the vendor did not say which number it was. */
  #numberKeys(phone: PhoneNumber, sender: string): readonly string[] {
    const name = senderName(sender);
    return name === '' ? [] : [this.#keyOf(JSON.stringify(['opt-out', canonicalPhone(phone).e164, 'number', name]))];
  }
}

const noProviders: ReadonlySet<string> = new Set();

/** @param answers for the account of each provider, and then for the sender */
function blockedBy(answers: readonly boolean[], providers: readonly string[]): ReadonlySet<string> {
  if (!answers.includes(true)) return noProviders;
  const isNumberBlocked = answers.slice(providers.length).includes(true);
  return new Set(providers.filter((_, index) => isNumberBlocked || answers[index] === true));
}

/**
 * One spelling of a sender: vendors write a number with a plus, two zeros or neither, a name in upper or lower case. Two
 * senders that are taken for one cost a message; one that is taken for two would write to somebody who said STOP.
 */
function senderName(sender: string): string {
  const plain = plainText(sender).normalize('NFKC').replaceAll(/\s/gu, '').toUpperCase();
  return /^[+\d().-]+$/u.test(plain) ? plain.replaceAll(/\D/gu, '').replace(/^0+/u, '') : plain;
}

/** A store is somebody else's: what is none of the answers is a failure. */
function isAnswerTo(keys: readonly string[], answer: readonly boolean[]): boolean {
  return Array.isArray(answer) && answer.length === keys.length && answer.every((each) => typeof each === 'boolean');
}
