import type { WireRequest } from '../control/contract.js';
import type { EventHub } from './events.js';
import { NumberedList } from './numbered.js';

/** How many requests are kept; the oldest are forgotten first. */
const remembered = 20_000;

/** How many characters all of them have together, at most. */
const maxCharacters = 32 * 1024 * 1024;

const maxBody = 16_384;
const maxAnswer = 2_048;
const maxHeader = 1_024;
const maxHeaders = 64;

/** What came to vendors, as it was on the wire. */
export class WireRequests {
  readonly #requests = new NumberedList<WireRequest>(remembered, {
    max: maxCharacters,
    weigh,
  });
  readonly #events: EventHub;

  constructor(events: EventHub) {
    this.#events = events;
  }

  /** Newest last. Always the same array. */
  get entries(): readonly WireRequest[] {
    return this.#requests.entries;
  }

  get(id: string): WireRequest | undefined {
    return this.#requests.get(id);
  }

  after(id: string | undefined): readonly WireRequest[] {
    return this.#requests.after(id);
  }

  /** Puts a request on the record that is not answered yet. */
  begin(
    request: Pick<WireRequest, 'vendor' | 'method' | 'path' | 'receivedAt' | 'body'>,
    headers: object,
  ): WireRequest {
    const begun = this.#requests.add<WireRequest>((id) => ({
      id,
      vendor: request.vendor,
      method: request.method,
      path: startOf(request.path, maxBody),
      headers: shortHeaders(headers),
      body: startOf(request.body, maxBody),
      status: 'none',
      processed: false,
      receivedAt: request.receivedAt,
      messageIds: [],
    }));
    this.#events.publish('request', begun);
    return begun;
  }

  /** Notes a message that a request has made. */
  addMessage(id: string, messageId: string): void {
    const request = this.#requests.get(id);
    if (request !== undefined) this.#requests.replace({ ...request, messageIds: [...request.messageIds, messageId] });
  }

  /** Notes what became of a request. */
  end(
    id: string,
    outcome: Pick<WireRequest, 'status' | 'answer' | 'answerName' | 'processed' | 'fault' | 'answeredAt'>,
  ): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    const ended = {
      ...request,
      ...outcome,
      answer: outcome.answer === undefined ? undefined : startOf(outcome.answer, maxAnswer),
    };
    this.#requests.replace(ended);
    this.#events.publish('request', ended);
  }

  clear(): void {
    this.#requests.clear();
  }
}

/** A copy: a slice would keep all of a long text in memory. */
function startOf(text: string, most: number): string {
  return text.length <= most ? text : Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');
}

/** Without the answer, which comes later: it is short. */
function weigh({ path, body, headers }: WireRequest): number {
  let characters = path.length + body.length;
  for (const name in headers) characters += name.length + (headers[name]?.length ?? 0);
  return characters;
}

function shortHeaders(headers: object): Record<string, string> {
  const entries = Object.entries(headers).slice(0, maxHeaders);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.slice(0, maxHeader), String(value).slice(0, maxHeader)]),
  );
}
