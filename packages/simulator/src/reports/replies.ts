import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import type { BoxReply, ReplyCall } from '../control/contract.js';
import type { PhoneReply } from '../dialect.js';
import { objectOf, required } from '../schema-parts.js';
import type { StoredMessage } from '../world/messages.js';
import { NumberedList } from '../world/numbered.js';
import type { ReportsContext } from './reports.js';
import type { Progress } from './teller.js';
import { webhookOf } from './webhooks.js';

/** How many replies are kept; the oldest are forgotten first. */
const remembered = 10_000;

const textExpected = 'must be a text of 1 to 1600 characters';

const replySchema = v.strictObject(
  {
    text: required(v.pipe(v.string(textExpected), v.minLength(1, textExpected), v.maxLength(1_600, textExpected))),
    messageId: v.optional(v.string('must be the id of a message, a string')),
  },
  objectOf('a reply (text, messageId)'),
);

/** What people write back. */
export class Replies {
  readonly #replies = new NumberedList<BoxReply>(remembered);
  readonly #context: Omit<ReportsContext, 'nextFault' | 'schedule'>;
  readonly #reportsTo: () => Parameters<typeof webhookOf>[0];

  constructor(
    context: Omit<ReportsContext, 'nextFault' | 'schedule'>,
    reportsTo: () => Parameters<typeof webhookOf>[0],
  ) {
    this.#context = context;
    this.#reportsTo = reportsTo;
  }

  get entries(): readonly BoxReply[] {
    return this.#replies.entries;
  }

  /**
   * Writes back from a phone. Resolves after the first call of the app's webhook.
   *
   * @throws SmsError `configuration_invalid` for what is no reply, and if no vendor would hand it on
   */
  async reply(phone: string, call: unknown): Promise<BoxReply> {
    const { text, messageId }: ReplyCall = checked('the reply', replySchema, call);
    const { message } = this.#answered(phone, messageId);
    const { clock, events, teller } = this.#context;
    const dialect = this.#context.dialectOf(message.vendor);
    const { vendor } = message;
    const to = message.from ?? message.vendorTitle;
    const at = clock.now();
    const reply = this.#replies.add<BoxReply>((id) => {
      return { id, vendor, from: phone, to, text, at, messageId: message.id, status: 'scheduled', attempts: [] };
    });
    events.publish('reply', reply);
    const what: PhoneReply = { id: reply.id, from: phone, to, text, at, message };
    dialect.onReply?.(what);
    if (dialect.inbound === undefined) return reply;
    const onProgress = (progress: Progress) => {
      const told = { ...reply, ...progress };
      this.#replies.replace(told);
      events.publish('reply', told);
    };
    const url = webhookOf(this.#reportsTo(), vendor);
    await teller.tell({ telling: dialect.inbound, what, url, onProgress });
    return this.#replies.get(reply.id) ?? reply;
  }

  /** Back to the start. */
  reset(): void {
    this.#replies.clear();
  }

  #answered(phone: string, messageId: string | undefined): StoredMessage {
    const { messages, dialectOf } = this.#context;
    const isOnPhone = (stored: StoredMessage | undefined) =>
      stored?.message.to === phone && stored.failed === undefined;
    if (messageId !== undefined) {
      const stored = messages.get(messageId);
      if (stored === undefined || !isOnPhone(stored)) {
        throw configurationInvalid('the reply: messageId: this phone has no such message.');
      }
      if (dialectOf(stored.message.vendor).inbound === undefined) {
        throw configurationInvalid(`the reply: ${stored.message.vendorTitle} hands no replies on.`);
      }
      return stored;
    }
    const stored = messages.stored.findLast(
      (each) => isOnPhone(each) && dialectOf(each.message.vendor).inbound !== undefined,
    );
    if (stored === undefined) {
      throw configurationInvalid('the reply: this phone has no message of a vendor that hands replies on.');
    }
    return stored;
  }
}
