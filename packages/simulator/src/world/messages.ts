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
  readonly message: BoxMessage;
  readonly requestId: string | undefined;
  readonly reportUrl: string | undefined;
  readonly failed: MessageContent['failed'];
  readonly reportStates: MessageContent['reportStates'];
}

/** Which messages somebody asks for. */
export interface MessageFilter {
  readonly to?: string | undefined;
  readonly vendor?: string | undefined;
  /** Only those that came after the one with this id. */
  readonly after?: string | undefined;
}

type Listener = (stored: StoredMessage) => void;

/** What only the kit knows of a message. */
type Hidden = Omit<StoredMessage, 'message'> & { readonly id: string; readonly characters: number };

/** What vendors have sent to phones. */
export class Messages {
  // Of the same messages: they are added together, weigh the same, and are forgotten together.
  readonly #messages = new NumberedList<BoxMessage>(rememberedMessages, {
    max: maxCharacters,
    weigh: ({ text }) => text.length,
  });
  readonly #hidden = new NumberedList<Hidden>(rememberedMessages, {
    max: maxCharacters,
    weigh: ({ characters }) => characters,
  });
  readonly #listeners = new Set<Listener>();
  readonly #events: EventHub;

  constructor(events: EventHub) {
    this.#events = events;
  }

  /** Those that vendors took, newest last. Always the same array. */
  get entries(): readonly BoxMessage[] {
    return this.#messages.entries;
  }

  get(id: string): StoredMessage | undefined {
    const message = this.#messages.get(id);
    const hidden = this.#hidden.get(id);
    return message === undefined || hidden === undefined ? undefined : { message, ...hidden };
  }

  add(
    from: { readonly vendor: string; readonly title: string; readonly receivedAt: number },
    content: MessageContent,
    requestId: string | undefined,
  ): StoredMessage {
    const { failed, text, reportUrl, reportStates } = content;
    const message = this.#messages.add((id) => messageOf(id, from, content));
    const hidden = this.#hidden.add((id) => ({
      id,
      requestId,
      reportUrl,
      failed,
      reportStates,
      characters: text.length,
    }));
    const stored = { message, ...hidden };
    this.#events.publish('message', message);
    for (const listener of [...this.#listeners]) listener(stored);
    return stored;
  }

  /** Notes what the app was told of a message. */
  setReported(id: string, reported: BoxMessage['reported']): void {
    const known = this.#messages.get(id);
    if (known === undefined) return;
    const message = { ...known, reported };
    this.#messages.replace(message);
    this.#events.publish('message', message);
  }

  /** Those that phones have, oldest first. */
  find({ to, vendor, after }: MessageFilter): readonly BoxMessage[] {
    return this.#messages.after(after).filter((message) => {
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
    this.#messages.clear();
    this.#hidden.clear();
  }
}

function messageOf(
  id: string,
  from: { readonly vendor: string; readonly title: string; readonly receivedAt: number },
  { to, from: sender, text, reference, failed, ...content }: MessageContent,
): BoxMessage {
  const code = content.code === undefined ? codeIn(text) : (content.code ?? undefined);
  return {
    id,
    vendor: from.vendor,
    vendorTitle: from.title,
    to,
    ...(sender === undefined ? {} : { from: sender }),
    text,
    ...(code === undefined ? {} : { code }),
    ...(reference === undefined ? {} : { reference }),
    ...segmentsOf(text),
    receivedAt: from.receivedAt,
    ...(failed === undefined ? {} : { failed: { state: failed.state, reason: failed.reason } }),
  };
}
