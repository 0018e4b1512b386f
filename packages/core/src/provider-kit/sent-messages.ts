import { createHmac, randomBytes } from 'node:crypto';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';

/** Messages that are remembered; the oldest are forgotten first. */
const remembered = 10_000;

/** What a vendor's list shows of a message, as hashes. The text of a template only the vendor knows. */
interface Look {
  readonly to: string;
  readonly text: string | undefined;
}

/** A message whose outcome is not known: as it is while it is on its way, and as hashes afterwards. */
interface OpenMessage {
  readonly sender: string;
  message: OutboundMessage | Look;
}

/**
 * What this process has sent, for the look-up of a vendor whose list repeats no id of ours. Of a message whose outcome is
 * unknown it keeps hashes under a key that nobody has; of a template's text nothing, since only the vendor knows it.
 */
export class SentMessages {
  readonly #key = randomBytes(32);
  readonly #open = new Map<string, OpenMessage>();
  readonly #references = new Newest();
  readonly #ids = new Newest();

  /** A message is about to leave: until its outcome is known it may be any that looks like it. @param sender as the vendor's list names it */
  sending(message: OutboundMessage, sender: string): void {
    this.#open.set(message.id, { sender, message });
  }

  /** What became of a message that {@link sending} was told of. */
  settled(id: string, outcome: SendOutcome): void {
    if (outcome.outcome === 'unknown') {
      this.#lookOf(id);
      if (this.#open.size > remembered) this.#forgetOldest();
    } else if (outcome.outcome === 'accepted' && outcome.reference !== undefined) this.found(id, outcome.reference);
    else this.#open.delete(id);
  }

  /** The vendor's id of a message, by ours; undefined if it is not known. */
  referenceOf(id: string): string | undefined {
    return this.#open.has(id) ? undefined : this.#references.get(id);
  }

  /** Whether the message with our id was a text, and one such as this. */
  isText(id: string, text: string, sender: string): boolean {
    return this.#open.get(id)?.sender === sender && this.#lookOf(id)?.text === this.#digest(text);
  }

  /**
   * Whether no other message of this process without a known outcome may look like the one with our id: one to the same
   * phone, by the same sender, that has the same text or was a template.
   */
  isAlone(id: string): boolean {
    const own = this.#lookOf(id);
    if (own === undefined) return false;
    const sender = this.#open.get(id)?.sender;
    for (const [otherId, other] of this.#open) {
      if (otherId === id || other.sender !== sender) continue;
      const look = this.#lookOf(otherId);
      if (look?.to === own.to && (look.text === undefined || look.text === own.text)) return false;
    }
    return true;
  }

  /** The message with our id was found: the vendor's id is of no other from now on. */
  found(id: string, reference: string): void {
    this.#open.delete(id);
    this.#references.set(id, reference);
    this.#ids.set(reference, id);
  }

  /** Whether the vendor's id belongs to another message of this process than the one with our id. */
  isOfAnother(reference: string, id: string): boolean {
    const owner = this.#ids.get(reference);
    return owner !== undefined && owner !== id;
  }

  /** The hashes of a message without a known outcome. Made when they are needed: most messages are accepted at once. */
  #lookOf(id: string): Look | undefined {
    const open = this.#open.get(id);
    if (open === undefined) return undefined;
    if (!('kind' in open.message)) return open.message;
    const { message } = open;
    const text = message.kind === 'text' ? this.#digest(message.text) : undefined;
    open.message = { to: this.#digest(message.to.e164), text };
    return open.message;
  }

  #forgetOldest(): void {
    for (const id of this.#open.keys()) {
      this.#open.delete(id);
      return;
    }
  }

  #digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}

/**
 * The newest entries, and up to as many older ones. Two maps that follow each other: the first key of a map from which the
 * oldest are deleted one by one is found behind all that were deleted.
 */
class Newest {
  #newer = new Map<string, string>();
  #older: ReadonlyMap<string, string> = new Map();

  get(key: string): string | undefined {
    return this.#newer.get(key) ?? this.#older.get(key);
  }

  set(key: string, value: string): void {
    if (this.#newer.size >= remembered) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, value);
  }
}
