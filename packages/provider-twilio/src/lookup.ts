import {
  type CallContext,
  codeIn,
  type HttpOutcome,
  type HttpTransport,
  type JsonObject,
  jsonObject,
  type LookupOutcome,
  type MessageFound,
  type MessageLookup,
  type MessageQuery,
  type NotSent,
  type Refused,
  type SentMessages,
  textIn,
  type Unknown,
} from '@polysms/core/provider-kit';
import { costOf, isMessageSid, messageSidIn, readOf } from './answers.js';
import type { TwilioRequests } from './requests.js';
import { messageStatus } from './statuses.js';

/** Our clock and Twilio's may differ by so much. */
const clocksDifferMs = 60_000;
/** Of 50 messages each. A phone that got more in the time in question is not searched further. */
const mostPages = 20;

type Failure = Refused | NotSent | Unknown;
type Page = { readonly messages: readonly JsonObject[]; readonly next: string | undefined };

/**
 * Asks Twilio what became of a message. By its SID that is certain. Without one, Twilio's list has no id of ours, and no
 * promise how soon it is complete: the text and the sender can confirm that a message was taken, if this process has sent
 * it, and nothing can rule it out. That is why no time to wait is asked for: absence proves nothing at any age.
 */
export class TwilioLookup implements MessageLookup {
  readonly visibleAfterMs = 0;
  readonly absenceProves = false;
  readonly #transport: HttpTransport;
  readonly #requests: TwilioRequests;
  readonly #sent: SentMessages;

  constructor(transport: HttpTransport, requests: TwilioRequests, sent: SentMessages) {
    this.#transport = transport;
    this.#requests = requests;
    this.#sent = sent;
  }

  async find(query: MessageQuery, context: CallContext): Promise<LookupOutcome> {
    const reference = query.reference ?? this.#sent.referenceOf(query.id);
    return reference !== undefined && isMessageSid(reference)
      ? this.#fetch(reference, query, context)
      : this.#search(query, context);
  }

  async #fetch(sid: string, { to }: MessageQuery, context: CallContext): Promise<LookupOutcome> {
    const http = await this.#transport.request(this.#requests.fetchMessage(sid), context);
    // Somebody has deleted it.
    if (http.outcome === 'answered' && http.status === 404) return { outcome: 'inconclusive' };
    return readOf(http, (message): LookupOutcome | undefined => {
      if (messageSidIn(message) !== sid) return undefined;
      return textIn(message, 'to') === to.e164 ? foundOf(message) : { outcome: 'inconclusive' };
    });
  }

  async #search(query: MessageQuery, context: CallContext): Promise<LookupOutcome> {
    const candidates: JsonObject[] = [];
    let request = this.#requests.listMessages(query.to.e164);
    for (let pages = 1; ; pages += 1) {
      const page: Page | Failure = readPage(await this.#transport.request(request, context));
      if ('outcome' in page) return page;
      candidates.push(...page.messages.filter((message) => this.#mayBe(message, query)));
      if (page.next === undefined || page.messages.every((message) => isSentBefore(message, query))) break;
      const next = this.#requests.nextPage(page.next);
      if (next === undefined || pages === mostPages) return { outcome: 'inconclusive' };
      request = next;
    }
    const [only, ...others] = candidates.filter((message) => {
      const sender = textIn(message, 'messaging_service_sid') ?? textIn(message, 'from') ?? '';
      return this.#sent.isText(query.id, textIn(message, 'body') ?? '', sender);
    });
    if (only !== undefined && others.length === 0) return foundOf(only);
    return { outcome: candidates.length === 0 ? 'absent' : 'inconclusive' };
  }

  /** Sent by an API, to this phone, at the time in question, and not known to be another message. */
  #mayBe(message: JsonObject, { id, to, sentFrom, sentUntil }: MessageQuery): boolean {
    const sid = messageSidIn(message);
    const at = momentIn(message, 'date_created');
    if (sid === undefined || at === undefined || textIn(message, 'to') !== to.e164) return false;
    if (textIn(message, 'direction') !== 'outbound-api' || this.#sent.isOfAnother(sid, id)) return false;
    return at >= sentFrom - clocksDifferMs && at <= sentUntil + clocksDifferMs;
  }
}

function readPage(http: HttpOutcome): Page | Failure {
  return readOf(http, (list): Page | undefined => {
    const { messages } = list;
    if (!Array.isArray(messages)) return undefined;
    return {
      messages: messages.map(jsonObject).filter((each) => each !== undefined),
      next: textIn(list, 'next_page_uri'),
    };
  });
}

function foundOf(message: JsonObject): MessageFound {
  const reference = messageSidIn(message);
  const status = messageStatus(textIn(message, 'status') ?? '', codeIn(message, 'error_code'));
  return { outcome: 'found', ...(reference === undefined ? {} : { reference }), ...status, ...costOf(message) };
}

/** The newest are listed first. What still waits has no such date. */
function isSentBefore(message: JsonObject, { sentFrom }: MessageQuery): boolean {
  const at = momentIn(message, 'date_sent');
  return at !== undefined && at < sentFrom - clocksDifferMs;
}

/** RFC 2822, which `Date` reads: `Tue, 03 Feb 2026 10:00:00 +0000`. */
function momentIn(message: JsonObject, name: string): number | undefined {
  const at = Date.parse(textIn(message, name) ?? '');
  return Number.isNaN(at) ? undefined : at;
}
