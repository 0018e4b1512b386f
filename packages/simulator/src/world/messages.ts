import type { BoxMessage } from '../control/contract.js';
import type { MessageContent } from '../dialect.js';
import type { EventHub } from './events.js';
import { NumberedList } from './numbered.js';
import { codeIn, segmentsOf } from './segments.js';

/** How many messages are kept; the oldest are forgotten first. */
export const rememberedMessages = 100_000;

/** How many characters all texts have together, at most. */
const maxCharacters = 64 * 1024 * 1024;

/** A message with what only the kit knows of it. */
export interface StoredMessage {
  readonly id: string;
  readonly message: BoxMessage;
  readonly requestId: string | undefined;
  readonly reportUrl: string | undefined;
  readonly failed: MessageContent['failed'];
}

/** Which messages somebody asks for. */
export interface MessageFilter {
  readonly to?: string | undefined;
  readonly vendor?: string | undefined;
  /** Only those that came after the one with this id. */
  readonly after?: string | undefined;
}

type Listener = (stored: StoredMessage) => void;

/** What vendors have sent to phones. */
export class Messages {
  readonly #stored = new NumberedList<StoredMessage>(rememberedMessages, {
    max: maxCharacters,
    weigh: ({ message }) => message.text.length,
  });
  readonly #listeners = new Set<Listener>();
  readonly #events: EventHub;

  constructor(events: EventHub) {
    this.#events = events;
  }

  /** Newest last. Always the same array. */
  get stored(): readonly StoredMessage[] {
    return this.#stored.entries;
  }

  get(id: string): StoredMessage | undefined {
    return this.#stored.get(id);
  }

  add(
    from: { readonly vendor: string; readonly title: string; readonly receivedAt: number },
    content: MessageContent,
    requestId: string | undefined,
  ): StoredMessage {
    const { failed, text } = content;
    const code = content.code === undefined ? codeIn(text) : (content.code ?? undefined);
    const stored = this.#stored.add((id) => ({
      id,
      requestId,
      reportUrl: content.reportUrl,
      failed,
      message: {
        id,
        vendor: from.vendor,
        vendorTitle: from.title,
        to: content.to,
        ...(content.from === undefined ? {} : { from: content.from }),
        text,
        ...(code === undefined ? {} : { code }),
        ...(content.reference === undefined ? {} : { reference: content.reference }),
        ...segmentsOf(text),
        receivedAt: from.receivedAt,
        ...(failed === undefined ? {} : { failed: { state: failed.state, reason: failed.reason } }),
      },
    }));
    this.#events.publish('message', stored.message);
    for (const listener of [...this.#listeners]) listener(stored);
    return stored;
  }

  /** Notes what the app was told of a message. */
  setReported(id: string, reported: BoxMessage['reported']): void {
    const stored = this.#stored.get(id);
    if (stored === undefined) return;
    const message = { ...stored.message, reported };
    this.#stored.replace({ ...stored, message });
    this.#events.publish('message', message);
  }

  /** Those that phones have, oldest first. */
  find({ to, vendor, after }: MessageFilter): readonly BoxMessage[] {
    return this.#stored
      .after(after)
      .map(({ message }) => message)
      .filter((message) => {
        if (message.failed !== undefined) return false;
        return (to === undefined || message.to === to) && (vendor === undefined || message.vendor === vendor);
      });
  }

  /** Calls a listener for each message from now on; returns what ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#stored.clear();
  }
}
