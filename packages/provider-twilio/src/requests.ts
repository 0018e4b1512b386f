import {
  basicAuthorization,
  encodedFields,
  type Fields,
  forCountry,
  type HttpRequest,
  type OutboundMessage,
  paramsProblem,
  type TemplateMessage,
  type VerificationCheck,
  type VerificationStart,
} from '@polysms/core/provider-kit';
import type { ParsedTwilioOptions } from './options.js';
import { withMessageId } from './report-url.js';
import { verifyLocale } from './verify-locales.js';

/** Who sends a message: a sender, or a service that chooses one. */
export type Sender = { readonly from: string } | { readonly service: string };

/** Writes the requests of one account. */
export class TwilioRequests {
  readonly #options: ParsedTwilioOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #messages: string;

  constructor(options: ParsedTwilioOptions) {
    const { accountSid, authToken = '', apiKeySid = accountSid, apiKeySecret = authToken } = options;
    this.#options = options;
    this.#messages = `/2010-04-01/Accounts/${accountSid}/Messages`;
    this.#headers = {
      accept: 'application/json',
      authorization: basicAuthorization(apiKeySid, apiKeySecret),
      'user-agent': 'polysms',
    };
  }

  /** Who sends to a phone; undefined if nobody does. A sender that came with the message counts alone. */
  senderOf(message: OutboundMessage): Sender | undefined {
    const { from, messagingServiceSid } = this.#options;
    const chosen = (message.kind === 'text' ? message.senderId : undefined) ?? forCountry(from, message.to);
    if (chosen !== undefined) return { from: chosen };
    return messagingServiceSid === undefined ? undefined : { service: messagingServiceSid };
  }

  /** `POST …/Messages.json`. */
  message(message: OutboundMessage, sender: Sender): HttpRequest {
    const { validForMs, reportUrl } = message;
    const callback = this.#options.authToken === undefined ? undefined : reportUrl;
    return this.#post(`${this.#messages}.json`, [
      ['To', message.to.e164],
      ['StatusCallback', callback === undefined ? undefined : withMessageId(callback, message.id)],
      ['ValidityPeriod', validForMs === undefined ? undefined : String(validityPeriod(validForMs))],
      ['ContentVariables', message.kind === 'template' ? contentVariables(message) : undefined],
      ['From', 'from' in sender ? sender.from : undefined],
      ['MessagingServiceSid', 'service' in sender ? sender.service : undefined],
      ['Body', message.kind === 'text' ? message.text : undefined],
      ['ContentSid', message.kind === 'template' ? message.template : undefined],
    ]);
  }

  /** `GET …/Messages/{sid}.json`. */
  fetchMessage(sid: string): HttpRequest {
    return this.#get(`${this.#messages}/${sid}.json`);
  }

  /** The first page of the messages to a phone. */
  listMessages(to: string): HttpRequest {
    return this.#get(
      `${this.#messages}.json?${encodedFields([
        ['To', to],
        ['PageSize', '50'],
      ])}`,
    );
  }

  /** A further page, where the one before says that it is; undefined if that is no page of this list. */
  nextPage(uri: string): HttpRequest | undefined {
    return uri.startsWith(`${this.#messages}.json?`) ? this.#get(uri) : undefined;
  }

  /** `POST …/Verifications`. */
  verification(service: string, { to, locale }: VerificationStart): HttpRequest {
    return this.#post(`/v2/Services/${service}/Verifications`, [
      ['To', to.e164],
      ['Channel', 'sms'],
      ['Locale', locale === undefined ? undefined : verifyLocale(locale)],
      ['TemplateSid', this.#options.verifyTemplateSid],
    ]);
  }

  /** `POST …/VerificationCheck`: by the verification that was started, or else by the phone. */
  verificationCheck(service: string, { to, code, reference }: VerificationCheck): HttpRequest {
    const isNamed = reference !== undefined && /^VE[0-9a-fA-F]{32}$/.test(reference);
    return this.#post(`/v2/Services/${service}/VerificationCheck`, [
      ['Code', code],
      isNamed ? ['VerificationSid', reference] : ['To', to.e164],
    ]);
  }

  #get(path: string): HttpRequest {
    return { method: 'GET', path, headers: this.#headers };
  }

  #post(path: string, fields: Fields): HttpRequest {
    const headers = { ...this.#headers, 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', path, headers, body: encodedFields(fields) };
  }
}

/** Seconds in Twilio's queue, from 1 to 36000 (OpenAPI); rounded down, so that nothing arrives too late. */
function validityPeriod(validForMs: number): number {
  return Math.min(36_000, Math.max(1, Math.floor(validForMs / 1000)));
}

/** One JSON text in a field of a form. Without parameters there is none. */
function contentVariables({ params }: TemplateMessage): string | undefined {
  if (params.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(params.map(({ name, value }) => [name, value])));
}

const variableNames = {
  form: /^\S{1,16}$/,
  expected: 'is no name of a variable, 1 to 16 characters without spaces',
};

/** What is wrong with a template, before Twilio is asked, which answers 21656 to an empty value; undefined if nothing is. */
export function templateProblem({ template, params }: TemplateMessage): string | undefined {
  if (typeof template === 'string' && /^HX[0-9a-fA-F]{32}$/.test(template)) return paramsProblem(params, variableNames);
  return 'template: must be the ContentSid of a template, HX and 32 hexadecimal digits';
}
