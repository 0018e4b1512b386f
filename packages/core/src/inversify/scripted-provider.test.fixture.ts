import { Container, type ContainerModule } from 'inversify';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { ModuleOptions } from '../provider-kit/container.js';
import { providerModule } from '../provider-kit/inversify.js';
import { accepted, notSent } from '../provider-kit/outcomes.js';

/** A message that every provider of these tests sends. */
export const request = { to: '+8613800138000', text: 'Your order has shipped.' };

/** What {@link ScriptedProvider} takes. */
export interface ScriptedOptions {
  readonly id: string;
  /** Answers instead of `accepted`. */
  readonly answer?: (message: OutboundMessage) => Promise<SendOutcome>;
  /** What closing waits for. */
  readonly closing?: () => Promise<void>;
}

/** A provider that writes down what is done to it. */
export class ScriptedProvider implements SmsProvider {
  readonly specification = 'v1';
  readonly id: string;
  readonly sends = { text: true, template: false, senderId: true } as const;
  readonly verification = null;
  readonly webhooks = null;
  readonly events = null;
  readonly lookup = null;
  readonly sent: OutboundMessage[] = [];
  closes = 0;
  closed = false;
  readonly #answer: (message: OutboundMessage) => Promise<SendOutcome>;
  readonly #closing: () => Promise<void>;

  constructor({ id, answer = async () => accepted(), closing = async () => {} }: ScriptedOptions) {
    this.id = id;
    this.#answer = answer;
    this.#closing = closing;
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    if (this.closes > 0) return notSent('aborted', 'This provider is closed.');
    this.sent.push(message);
    return this.#answer(message);
  }

  async close(): Promise<void> {
    this.closes += 1;
    await this.#closing();
    this.closed = true;
  }
}

/** A module, with the providers that it has made. */
export function scripted(options: ModuleOptions<ScriptedOptions>) {
  const made: ScriptedProvider[] = [];
  const make = (given: ScriptedOptions) => {
    const provider = new ScriptedProvider(given);
    made.push(provider);
    return provider;
  };
  const closes = () => made.map((provider) => provider.closes);
  return { made, closes, module: providerModule(make, options) };
}

/** A container that has loaded the modules in this order. */
export function containerOf(...modules: ContainerModule[]): Container {
  const container = new Container();
  container.load(...modules);
  return container;
}

/** A promise that a test settles when it likes. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
