import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import type { BoxMessage, BoxReply, ReplyCall } from '../control/contract.js';
import type { PhoneReply } from '../dialect.js';
import { objectOf, required } from '../schema-parts.js';
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
    const message = this.#answered(phone, messageId);
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
    const { inbound } = dialect;
    if (inbound === undefined) return reply;
    const onProgress = (progress: Progress) => {
      const told = { ...reply, ...progress };
      this.#replies.replace(told);
      events.publish('reply', told);
    };
    const url = webhookOf(this.#reportsTo(), vendor);
    await teller.tell({ telling: inbound, what, url, onBegin: () => dialect.onReply?.(what), onProgress });
    return this.#replies.get(reply.id) ?? reply;
  }

  /** Back to the start. */
  reset(): void {
    this.#replies.clear();
  }

  /** The message that is answered. */
  #answered(phone: string, messageId: string | undefined): BoxMessage {
    const { messages, dialectOf } = this.#context;
    const isOnPhone = ({ to, failed }: BoxMessage) => to === phone && failed === undefined;
    const isHandedOn = ({ vendor }: BoxMessage) => dialectOf(vendor).inbound !== undefined;
    if (messageId === undefined) {
      const newest = messages.entries.findLast((message) => isOnPhone(message) && isHandedOn(message));
      if (newest !== undefined) return newest;
      throw configurationInvalid('the reply: this phone has no message of a vendor that hands replies on.');
    }
    const message = messages.get(messageId)?.message;
    if (message === undefined || !isOnPhone(message)) {
      throw configurationInvalid('the reply: messageId: this phone has no such message.');
    }
    if (isHandedOn(message)) return message;
    throw configurationInvalid(`the reply: ${message.vendorTitle} hands no replies on.`);
  }
}
