import { createHmac, randomBytes } from 'node:crypto';
import type { OutboundMessage, SendOutcome } from '@polysms/core/provider-kit';
import type { Sender } from './requests.js';

/** Messages that are remembered, at most; the oldest are forgotten first. */
const remembered = 10_000;

/** What a message is known by: Twilio's id, or what it looks like in Twilio's list. */
export type Known =
  | { readonly by: 'reference'; readonly reference: string }
  | { readonly by: 'text'; readonly digest: string; readonly sender: Sender };

/**
 * What this process has sent, so that it can be told apart in Twilio's list, which repeats no id of ours. Of a text it
 * keeps no more than a hash under a key that nobody has; of a template nothing, since only Twilio knows its text.
 */
export class SentMessages {
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, Known>();
  readonly #ids = new Map<string, string>();

  remember(message: OutboundMessage, sender: Sender, outcome: SendOutcome): void {
    if (outcome.outcome === 'accepted' && outcome.reference !== undefined) {
      keep(this.#known, message.id, { by: 'reference', reference: outcome.reference });
      keep(this.#ids, outcome.reference, message.id);
    } else if (outcome.outcome === 'unknown' && message.kind === 'text') {
      keep(this.#known, message.id, { by: 'text', digest: this.digest(message.text), sender });
    }
  }

  /** By our id of the message. */
  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** Whether Twilio's id belongs to another message of this process than ours. */
  isOfAnother(reference: string, id: string): boolean {
    const owner = this.#ids.get(reference);
    return owner !== undefined && owner !== id;
  }

  digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= remembered) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
