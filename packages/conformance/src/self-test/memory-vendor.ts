import type { OutboundMessage } from '@polysms/core/provider-kit';
import type { Situation } from '../situations.js';
import type { ReceivedMessage } from '../subject.js';
import { turnEventLoop } from '../turns.js';
import { MemoryConnections } from './memory-connections.js';
import { MemorySigning } from './memory-signing.js';

/** What the memory provider asks its vendor. */
export type VendorRequest = { readonly credential: string } & (
  | { readonly action: 'send'; readonly message: OutboundMessage }
  | { readonly action: 'start'; readonly to: string }
  | { readonly action: 'check'; readonly to: string; readonly code: string }
  | { readonly action: 'list'; readonly to: string }
);

/** A message in the vendor's list. */
export interface Listed {
  readonly id: string;
  readonly to: string;
  readonly takenAt: number;
}

/** What the vendor answers; garbage is any other text, and a refusal has an error code. */
export type VendorAnswer =
  | 'sent'
  | 'right'
  | 'wrong'
  | 'error'
  | '<html>'
  | { readonly refusal: string }
  | { readonly listed: readonly Listed[] };

export class ConnectionRefused extends Error {}
/** A lost answer, with the code that a socket gives it. */
export class ConnectionLost extends Error {
  readonly code: string;

  constructor(code: string) {
    super('The connection is gone.');
    this.code = code;
  }
}

/** A vendor in memory, which answers in a later turn of the event loop, as a real one does. */
export class MemoryVendor {
  readonly received: ReceivedMessage[] = [];
  requests = 0;
  situation: Situation | undefined;
  /** The code to refuse the next request with. */
  refusal: string | undefined;
  /** What it says with its refusals; a right provider drops it. */
  sentence = 'No.';
  /** Whether nothing can be written to it. */
  stalled = false;
  approvesAgain = false;
  refusesEmoji = false;
  /** Whether it has sent nothing when it answers with a server error. */
  failsBeforeWork = false;
  /** Ends what a wrong provider has left behind. */
  readonly cleanUps: (() => void)[] = [];
  /** Milliseconds since 1970. */
  now = 1_000_000;
  /** How late messages get into its list. */
  readonly listsAfterMs = 60_000;
  readonly taken: Listed[] = [];
  readonly signing = new MemorySigning();
  readonly connections = new MemoryConnections();
  readonly #codes = new Map<string, string>();
  #codesMade = 0;

  async ask(request: VendorRequest): Promise<VendorAnswer> {
    const { situation, refusal } = this;
    if (situation !== 'unreachable') this.requests += 1;
    if (refusal !== undefined) {
      this.refusal = undefined;
      await turnEventLoop();
      return { refusal };
    }
    switch (situation) {
      case 'unreachable':
        throw new ConnectionRefused('connect ECONNREFUSED 127.0.0.1:4711');
      case undefined: {
        const answer = this.#work(request);
        await turnEventLoop();
        return answer;
      }
      case 'refuse':
        await turnEventLoop();
        return { refusal: 'no' };
      case 'hang':
        return new Promise(() => {});
      case 'lose-answer':
        return this.#loseAnswer(request, 'UND_ERR_SOCKET');
      case 'reset-connection':
        return this.#loseAnswer(request, 'ECONNRESET');
      case 'cut-answer':
        return this.#loseAnswer(request, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH');
      case 'server-error':
        if (!this.failsBeforeWork) this.#work(request);
        await turnEventLoop();
        return 'error';
      case 'garbage':
        await turnEventLoop();
        return '<html>';
    }
  }

  async #loseAnswer(request: VendorRequest, code: string): Promise<never> {
    this.#work(request);
    // One answer is lost; a silent repetition would be answered.
    this.situation = undefined;
    await turnEventLoop();
    throw new ConnectionLost(code);
  }

  #work(request: VendorRequest): VendorAnswer {
    switch (request.action) {
      case 'send':
        return this.#deliver(request.message);
      case 'list':
        return {
          listed: this.taken.filter(({ to, takenAt }) => to === request.to && this.now >= takenAt + this.listsAfterMs),
        };
      case 'start': {
        const code = String(8351 + this.#codesMade);
        this.#codesMade += 1;
        this.#codes.set(request.to, code);
        this.received.push({ kind: 'verification', to: request.to, code });
        return 'sent';
      }
      case 'check': {
        if (this.#codes.get(request.to) !== request.code) return 'wrong';
        if (!this.approvesAgain) this.#codes.delete(request.to);
        return 'right';
      }
    }
  }

  #deliver(message: OutboundMessage): VendorAnswer {
    const to = message.to.e164;
    if (this.refusesEmoji && JSON.stringify(message).includes('😀')) return { refusal: 'no' };
    const { id, validForMs } = message;
    this.taken.push({ id, to, takenAt: this.now });
    switch (message.kind) {
      case 'text':
        this.received.push({ kind: 'text', id, to, text: message.text, senderId: message.senderId, validForMs });
        return 'sent';
      case 'template': {
        const values = message.params.map(({ value }) => value);
        this.received.push({ kind: 'template', id, to, template: message.template, values, validForMs });
        return 'sent';
      }
    }
  }
}
