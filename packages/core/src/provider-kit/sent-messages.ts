import { createHmac, randomBytes } from 'node:crypto';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';

/** Messages that are remembered, at most; the oldest are forgotten first. */
const remembered = 10_000;

/** What a message is known by: the vendor's id, or to whom and by whom it went, and its text if we know that. */
type SentMessage =
  | { readonly by: 'reference'; readonly reference: string }
  | { readonly by: 'look'; readonly to: string; readonly sender: string; readonly text: string | undefined };

/**
 * What this process has sent, for the look-up of a vendor whose list repeats no id of ours. Of a message that is on its way
 * or whose outcome is unknown it keeps hashes under a key that nobody has; of a template's text nothing, since only the
 * vendor knows it.
 */
export class SentMessages {
  readonly #key = randomBytes(32);
  readonly #byId = new Map<string, SentMessage>();
  readonly #ids = new Map<string, string>();

  /** A message is about to leave: until its outcome is known it may be any that looks like it. @param sender as the vendor's list names it */
  sending(message: OutboundMessage, sender: string): void {
    const text = message.kind === 'text' ? this.#digest(message.text) : undefined;
    keep(this.#byId, message.id, { by: 'look', to: this.#digest(message.to.e164), sender, text });
  }

  /** What became of a message that {@link sending} was told of. */
  settled(id: string, outcome: SendOutcome): void {
    if (outcome.outcome === 'unknown') return;
    if (outcome.outcome === 'accepted' && outcome.reference !== undefined) this.#isNow(id, outcome.reference);
    else this.#byId.delete(id);
  }

  /** The vendor's id of a message, by ours; undefined if it is not known. */
  referenceOf(id: string): string | undefined {
    const sent = this.#byId.get(id);
    return sent?.by === 'reference' ? sent.reference : undefined;
  }

  /** Whether the message with our id was a text, and one such as this. */
  isText(id: string, text: string, sender: string): boolean {
    const sent = this.#byId.get(id);
    return sent?.by === 'look' && sent.sender === sender && sent.text === this.#digest(text);
  }

  /**
   * Whether no other message of this process without a known outcome may look like the one with our id: one to the same
   * phone, by the same sender, that has the same text or was a template.
   */
  isAlone(id: string): boolean {
    const own = this.#byId.get(id);
    if (own?.by !== 'look') return false;
    for (const [otherId, other] of this.#byId) {
      if (otherId === id || other.by !== 'look' || other.to !== own.to || other.sender !== own.sender) continue;
      if (other.text === undefined || other.text === own.text) return false;
    }
    return true;
  }

  /** The message with our id was found: the vendor's id is of no other from now on. */
  found(id: string, reference: string): void {
    this.#isNow(id, reference);
  }

  /** Whether the vendor's id belongs to another message of this process than the one with our id. */
  isOfAnother(reference: string, id: string): boolean {
    const owner = this.#ids.get(reference);
    return owner !== undefined && owner !== id;
  }

  #isNow(id: string, reference: string): void {
    keep(this.#byId, id, { by: 'reference', reference });
    keep(this.#ids, reference, id);
  }

  #digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= remembered) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
