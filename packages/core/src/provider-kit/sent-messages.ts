import { createHmac, randomBytes } from 'node:crypto';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';

/** Messages that are remembered, at most; the oldest are forgotten first. */
const remembered = 10_000;

/** What a message is known by: the vendor's id, or what it looks like in the vendor's list. */
type SentMessage =
  | { readonly by: 'reference'; readonly reference: string }
  | { readonly by: 'text'; readonly digest: string; readonly sender: string };

/**
 * What this process has sent, for the look-up of a vendor whose list repeats no id of ours. Of a text whose outcome was
 * unknown it keeps a hash under a key that nobody has; of a template nothing, since only the vendor knows its text.
 */
export class SentMessages {
  readonly #key = randomBytes(32);
  readonly #byId = new Map<string, SentMessage>();
  readonly #ids = new Map<string, string>();

  /** @param sender as the vendor's list names it */
  remember(message: OutboundMessage, sender: string, outcome: SendOutcome): void {
    if (outcome.outcome === 'accepted' && outcome.reference !== undefined) {
      keep(this.#byId, message.id, { by: 'reference', reference: outcome.reference });
      keep(this.#ids, outcome.reference, message.id);
    } else if (outcome.outcome === 'unknown' && message.kind === 'text') {
      keep(this.#byId, message.id, { by: 'text', digest: this.#digest(message.text), sender });
    }
  }

  /** The vendor's id of a message, by ours; undefined if it is not known. */
  referenceOf(id: string): string | undefined {
    const sent = this.#byId.get(id);
    return sent?.by === 'reference' ? sent.reference : undefined;
  }

  /** Whether the message with our id was a text, and one such as this. */
  isText(id: string, text: string, sender: string): boolean {
    const sent = this.#byId.get(id);
    return sent?.by === 'text' && sent.sender === sender && sent.digest === this.#digest(text);
  }

  /** Whether the vendor's id belongs to another message of this process than the one with our id. */
  isOfAnother(reference: string, id: string): boolean {
    const owner = this.#ids.get(reference);
    return owner !== undefined && owner !== id;
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
