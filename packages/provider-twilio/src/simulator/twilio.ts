import { safeParsePhoneNumber } from '@polysms/core/provider-kit';
import {
  BoundedList,
  BoundedMap,
  type PhoneReply,
  type PhoneReport,
  type VendorAnswer,
  type VendorRequest,
  type World,
} from '@polysms/simulator';
import { json, problem } from './errors.js';
import { isListed, rendered, resourceOf, type StoredMessage } from './messages.js';
import type { Settings } from './settings.js';
import { codeOfReport, statusOf } from './statuses.js';

const remembered = 100_000;

/** Twilio's magic numbers (documentation of test credentials), which mean the same here with any credentials. */
const magicRecipients: ReadonlyMap<string, number> = new Map([
  ['+15005550001', 21211],
  ['+15005550002', 21612],
  ['+15005550003', 21408],
  ['+15005550004', 21610],
  ['+15005550009', 21614],
]);
const magicSenders: ReadonlyMap<string, number> = new Map([
  ['+15005550001', 21212],
  ['+15005550007', 21606],
  ['+15005550008', 21611],
]);

const stopWords = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'CANCEL'];

/** The Messages API: what was sent, and who wants no more. */
export class Twilio {
  settings: Settings;
  readonly #world: World;
  readonly #messages = new BoundedList<StoredMessage>(remembered);
  readonly #bySid = new BoundedMap<StoredMessage>(remembered);
  /** The phone and the sender or the service from which it wants nothing. */
  readonly #optOuts = new Set<string>();

  constructor(settings: Settings, world: World) {
    this.settings = settings;
    this.#world = world;
  }

  /** Newest last. */
  get messages(): readonly StoredMessage[] {
    return this.#messages.entries;
  }

  get(sid: string): StoredMessage | undefined {
    return this.#bySid.get(sid);
  }

  create(request: VendorRequest): VendorAnswer {
    const fields = new Map(new URLSearchParams(request.text));
    const to = fields.get('To') ?? '';
    const service = fields.get('MessagingServiceSid') ?? null;
    const sender = fields.get('From') ?? (service === null ? '' : this.settings.poolSender);
    const body = this.#bodyOf(fields);
    if (to === '') return problem(21604, "A 'To' phone number is required.");
    if (sender === '') return problem(21603, "A 'From' phone number is required.");
    if (typeof body === 'number') return problem(body);
    const wrong = wrongField(fields);
    if (wrong !== undefined) return problem(wrong);
    const late = this.#refusal(to, sender, service);
    if (late !== undefined && service === null) return problem(late, `Refused: ${to}`);
    const sid = `SM${this.#world.random.hex(32)}`;
    const failed = late === undefined ? undefined : ({ state: 'rejected', providerCode: String(late) } as const);
    const createdAt = this.#world.clock.now();
    const message: StoredMessage = {
      ...{ sid, accountSid: this.settings.accountSid, to, sender, service, body, segments: 1, createdAt, fields },
      status: service === null ? 'queued' : 'accepted',
      errorCode: null,
      sentAt: null,
    };
    this.#messages.add(message);
    this.#bySid.set(sid, message);
    const { segments } = request.deliver({
      ...{ to, from: sender, text: body, reference: sid, failed },
      reportUrl: fields.get('StatusCallback'),
      ...(service === null
        ? {}
        : { reportStates: failed === undefined ? ['queued', 'sent', 'delivered'] : ['queued'] }),
    });
    const counted = Object.assign(message, { segments });
    return json(201, resourceOf(counted), message.status);
  }

  fetch(sid: string): VendorAnswer {
    const message = this.#bySid.get(sid);
    return message === undefined ? problem(20404) : json(200, resourceOf(message));
  }

  list(path: string, query: URLSearchParams): VendorAnswer {
    const visibleUntil = this.#world.clock.now() - this.settings.listDelayMs;
    const listed = this.messages
      .filter((message) => message.createdAt <= visibleUntil && isListed(message, query))
      .reverse();
    const size = Math.min(1000, Number(query.get('PageSize') ?? 50));
    const page = Number(query.get('Page') ?? 0);
    const next = new URLSearchParams(query);
    next.set('Page', String(page + 1));
    next.set('PageToken', `PA${page + 1}`);
    const hasMore = listed.length > (page + 1) * size;
    return json(200, {
      messages: listed.slice(page * size, (page + 1) * size).map(resourceOf),
      ...{ page, page_size: size, uri: path, next_page_uri: hasMore ? `${path}?${next}` : null },
    });
  }

  /** The state of a message has changed. */
  onReport(report: PhoneReport): void {
    const message = this.#bySid.get(report.message.reference ?? '');
    if (message === undefined) return;
    message.status = statusOf(report.state);
    message.errorCode = codeOfReport(report) ?? null;
    if (report.state !== 'queued') message.sentAt ??= report.at;
  }

  /** Twilio itself takes STOP and START, for the sender or for the whole service. */
  onReply({ from, to, text, message }: PhoneReply): void {
    const word = text.trim().toUpperCase();
    const list = `${from} ${this.#bySid.get(message.reference ?? '')?.service ?? to}`;
    if (stopWords.includes(word)) this.#optOuts.add(list);
    else if (word === 'START') this.#optOuts.delete(list);
  }

  reset(): void {
    this.#messages.clear();
    this.#bySid.clear();
    this.#optOuts.clear();
  }

  #bodyOf(fields: ReadonlyMap<string, string>): string | number {
    const contentSid = fields.get('ContentSid');
    const template = contentSid === undefined ? undefined : this.settings.templates[contentSid];
    if (contentSid !== undefined && template === undefined) return 21655;
    const body = template === undefined ? fields.get('Body') : rendered(template, fields.get('ContentVariables'));
    if (body === undefined) return template === undefined ? 21619 : 21656;
    if (body === '') return 21619;
    return [...body].length > 1600 ? 21617 : body;
  }

  #refusal(to: string, sender: string, service: string | null): number | undefined {
    const { senders } = this.settings;
    if (this.#optOuts.has(`${to} ${service ?? sender}`)) return 21610;
    if (senders !== null && senders !== undefined && service === null && !senders.includes(sender)) return 21606;
    if (!safeParsePhoneNumber(to).valid && !magicRecipients.has(to)) return 21211;
    return magicSenders.get(sender) ?? magicRecipients.get(to);
  }
}

function wrongField(fields: ReadonlyMap<string, string>): number | undefined {
  const callback = fields.get('StatusCallback') ?? '';
  if (callback !== '' && !/^https?:\/\/[^/?#_]+(?:[/?#]|$)/i.test(callback)) return 21609;
  const validity = Number(fields.get('ValidityPeriod') ?? 1);
  return Number.isInteger(validity) && validity >= 1 && validity <= 36_000 ? undefined : 20001;
}
