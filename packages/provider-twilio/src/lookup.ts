import {
  type CallContext,
  codeIn,
  type HttpTransport,
  type JsonObject,
  type LookupOutcome,
  type MessageFound,
  type MessageLookup,
  type MessageQuery,
  momentIn,
  objectsIn,
  type SentMessages,
  textIn,
} from '@polysms/core/provider-kit';
import { costOf, isMessageSid, messageSidIn, readOf } from './answers.js';
import type { TwilioRequests } from './requests.js';
import { messageStatus } from './statuses.js';

/** Our clock and Twilio's may differ by so much. */
const clocksDifferMs = 60_000;
/** Of 50 messages each. A phone that got more in the time in question is not searched further. */
const mostPages = 20;

/**
 * Asks Twilio what became of a message. By its SID that is certain. Without one, Twilio's list has no id of ours, and no
 * promise how soon it is complete: the text and the sender can confirm that a message was taken, and nothing can rule it
 * out. That is why no time to wait is asked for: absence proves nothing at any age.
 *
 * @param onlySender whether no other process sends an equal text to one phone at one time; else the list confirms nothing
 */
export function twilioLookup(
  transport: HttpTransport,
  requests: TwilioRequests,
  sent: SentMessages,
  onlySender: boolean,
): MessageLookup {
  const fetch = async (sid: string, { to }: MessageQuery, context: CallContext): Promise<LookupOutcome> => {
    const http = await transport.request(requests.fetchMessage(sid), context);
    // Somebody has deleted it.
    if (http.outcome === 'answered' && http.status === 404) return { outcome: 'inconclusive' };
    return readOf(http, (message): LookupOutcome | undefined => {
      if (messageSidIn(message) !== sid) return undefined;
      return textIn(message, 'to') === to.e164 ? foundOf(message) : { outcome: 'inconclusive' };
    });
  };

  const search = async (query: MessageQuery, context: CallContext): Promise<LookupOutcome> => {
    const candidates: JsonObject[] = [];
    let request = requests.listMessages(query.to.e164);
    for (let pages = 1; ; pages += 1) {
      const page = readOf(await transport.request(request, context), pageOf);
      if (page.outcome !== 'page') return page;
      candidates.push(...page.messages.filter((message) => mayBe(message, query, sent)));
      if (page.next === undefined || page.messages.every((message) => isSentBefore(message, query))) break;
      const next = requests.nextPage(page.next);
      if (next === undefined || pages === mostPages) return { outcome: 'inconclusive' };
      request = next;
    }
    const [only, ...others] = candidates.filter((message) => {
      const sender = textIn(message, 'messaging_service_sid') ?? textIn(message, 'from') ?? '';
      return sent.isText(query.id, textIn(message, 'body') ?? '', sender);
    });
    const isCertain = onlySender && others.length === 0 && sent.isAlone(query.id);
    if (only !== undefined && isCertain) {
      sent.found(query.id, messageSidIn(only) ?? '');
      return foundOf(only);
    }
    return { outcome: candidates.length === 0 ? 'absent' : 'inconclusive' };
  };

  return {
    visibleAfterMs: 0,
    absenceProves: false,
    async find(query, context) {
      const sid = query.reference ?? sent.referenceOf(query.id) ?? '';
      return isMessageSid(sid) ? fetch(sid, query, context) : search(query, context);
    },
  };
}

function pageOf(list: JsonObject) {
  const messages = objectsIn(list, 'messages');
  return messages && ({ outcome: 'page', messages, next: textIn(list, 'next_page_uri') } as const);
}

/** Sent by an API, to this phone, at the time in question, and not known to be another message. */
function mayBe(message: JsonObject, { id, to, sentFrom, sentUntil }: MessageQuery, sent: SentMessages): boolean {
  const sid = messageSidIn(message);
  const at = momentIn(message, 'date_created');
  if (sid === undefined || at === undefined || textIn(message, 'to') !== to.e164) return false;
  if (textIn(message, 'direction') !== 'outbound-api' || sent.isOfAnother(sid, id)) return false;
  return at >= sentFrom - clocksDifferMs && at <= sentUntil + clocksDifferMs;
}

function foundOf(message: JsonObject): MessageFound {
  const status = messageStatus(textIn(message, 'status') ?? '', codeIn(message, 'error_code'));
  return { outcome: 'found', reference: messageSidIn(message), ...status, ...costOf(message) };
}

/** The newest are listed first. What still waits has no such date. */
function isSentBefore(message: JsonObject, { sentFrom }: MessageQuery): boolean {
  const at = momentIn(message, 'date_sent');
  return at !== undefined && at < sentFrom - clocksDifferMs;
}
