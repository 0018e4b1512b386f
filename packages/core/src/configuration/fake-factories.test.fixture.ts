import * as v from 'valibot';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { isSmsError } from '../errors/sms-error.js';
import { parseOptions } from '../provider-kit/options.js';

const schema = v.strictObject(
  {
    appKey: v.string('must be a text'),
    id: v.optional(v.string('must be a text')),
    baseUrl: v.optional(v.string('must be a text')),
    connections: v.optional(v.number('must be a number')),
    allowPlainHttp: v.optional(v.boolean('must be true or false')),
    sender: v.optional(v.string('must be a text')),
    limits: v.optional(v.record(v.string(), v.number('must be a number'))),
    tags: v.optional(v.array(v.string('must be a text'))),
    auth: v.optional(v.record(v.string(), v.unknown())),
  },
  (issue) => (issue.expected === 'never' ? 'is not an option' : 'is missing'),
);

export interface FakeProvider extends SmsProvider {
  readonly options: v.InferOutput<typeof schema>;
  readonly sent: string[];
  /** The words of the texts. */
  readonly texts: string[];
  readonly closed: boolean;
  /** What it answers. Accepted by default. */
  outcome: SendOutcome;
}

/** A factory that checks its options as the real ones do, and remembers what it made. */
export function fakeFactory(name = 'acme') {
  const made: FakeProvider[] = [];
  const factory = (given: unknown): FakeProvider => {
    const { id = name, ...others } = parseOptions(`${name}()`, schema, given);
    const options = { id, ...others };
    let closed = false;
    const provider: FakeProvider = {
      specification: 'v1',
      id,
      sends: { text: true, template: false, senderId: true },
      verification: null,
      webhooks: null,
      events: null,
      lookup: null,
      options,
      sent: [],
      texts: [],
      outcome: { outcome: 'accepted' },
      get closed() {
        return closed;
      },
      send: async (message) => {
        provider.sent.push(message.to.e164);
        if (message.kind === 'text') provider.texts.push(message.text);
        return provider.outcome;
      },
      close: async () => {
        closed = true;
      },
    };
    made.push(provider);
    return provider;
  };
  return { factory, made };
}

/** The message of the `configuration_invalid` that is thrown. */
export function configurationError(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isSmsError(error) && error.code === 'configuration_invalid') return error.message;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
