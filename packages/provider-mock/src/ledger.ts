import type { DeliveryReport, MessageFound, MessageQuery } from '@polysms/core/provider-kit';
import type { MockMessage } from './mock-message.js';

interface Entry {
  readonly message: MockMessage;
  /** The last report that a test has made of it. */
  report?: DeliveryReport;
}

/** What the mock vendor has really taken: what it knows when it reports, or is asked. */
export class Ledger {
  #byReference = new Map<string, Entry>();
  /** Of each id the messages, oldest first: one that was sent again has several. */
  #byId = new Map<string, Entry[]>();

  add(message: MockMessage): void {
    const entry = { message };
    this.#byReference.set(message.reference, entry);
    const others = this.#byId.get(message.id);
    if (others === undefined) this.#byId.set(message.id, [entry]);
    else others.push(entry);
  }

  /** A message by the mock's reference, or by our id: of several with one id the last. */
  message(name: string): MockMessage | undefined {
    return (this.#byReference.get(name) ?? this.#byId.get(name)?.at(-1))?.message;
  }

  note(report: DeliveryReport): void {
    const entry = report.reference === undefined ? undefined : this.#byReference.get(report.reference);
    if (entry !== undefined) entry.report = report;
  }

  /** What the vendor's list says, in which messages appear `visibleAfterMs` after they were taken. */
  find({ id, to, reference }: MessageQuery, now: number, visibleAfterMs: number): MessageFound | undefined {
    const entry = this.#byId
      .get(id)
      ?.find(
        ({ message }) =>
          message.to === to.e164 &&
          (reference === undefined || message.reference === reference) &&
          now >= message.receivedAt + visibleAfterMs,
      );
    if (entry === undefined) return undefined;
    const { state, reason, providerCode, at, segments, price } = entry.report ?? {};
    return { outcome: 'found', reference: entry.message.reference, state, reason, providerCode, at, segments, price };
  }

  clear(): void {
    this.#byReference = new Map();
    this.#byId = new Map();
  }
}
