import type { OutboundMessage } from '@polysms/core';
import type { ReceivedMessage, Situation } from '../subject.js';
import { turnEventLoop } from '../turns.js';

/** What the memory provider asks its vendor. */
export type VendorRequest = { readonly credential: string } & (
  | { readonly action: 'send'; readonly message: OutboundMessage }
  | { readonly action: 'start'; readonly to: string }
  | { readonly action: 'check'; readonly to: string; readonly code: string }
);

/** What the vendor answers; garbage is any other text. */
export type VendorAnswer = 'sent' | 'right' | 'wrong' | 'no' | 'error' | '<html>';

export class ConnectionRefused extends Error {}
class ConnectionLost extends Error {}

/** A vendor in memory, which answers in a later turn of the event loop, as a real one does. */
export class MemoryVendor {
  readonly received: ReceivedMessage[] = [];
  requests = 0;
  situation: Situation | undefined;
  approvesAgain = false;
  refusesEmoji = false;
  /** Ends what a wrong provider has left behind. */
  readonly cleanUps: (() => void)[] = [];
  readonly #codes = new Map<string, string>();

  async ask(request: VendorRequest): Promise<VendorAnswer> {
    const { situation } = this;
    if (situation !== 'unreachable') this.requests += 1;
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
        return 'no';
      case 'hang':
        return new Promise(() => {});
      case 'lose-answer':
        this.#work(request);
        // One answer is lost; a silent repetition would be answered.
        this.situation = undefined;
        await turnEventLoop();
        throw new ConnectionLost('socket hang up');
      case 'server-error':
        await turnEventLoop();
        return 'error';
      case 'garbage':
        await turnEventLoop();
        return '<html>';
    }
  }

  #work(request: VendorRequest): VendorAnswer {
    switch (request.action) {
      case 'send':
        return this.#deliver(request.message);
      case 'start': {
        const code = String(8351 + this.#codes.size);
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
    if (this.refusesEmoji && JSON.stringify(message).includes('😀')) return 'no';
    switch (message.kind) {
      case 'text':
        this.received.push({ kind: 'text', to, text: message.text });
        return 'sent';
      case 'template': {
        const values = message.params.map(({ value }) => value);
        this.received.push({ kind: 'template', to, template: message.template, values });
        return 'sent';
      }
    }
  }
}
