import {
  type CallContext,
  type CheckOutcome,
  createHttpTransport,
  type HttpTransport,
  type IssuedVerification,
  type MessageLookup,
  notSent,
  type OutboundMessage,
  type ProviderWebhooks,
  type SendCapabilities,
  type SendOutcome,
  SentMessages,
  type SmsProvider,
  type VerificationCheck,
} from '@polysms/core/provider-kit';
import { readCheck, readMessage, readVerification } from './answers.js';
import { TwilioLookup } from './lookup.js';
import {
  baseUrlsOf,
  type ParsedTwilioOptions,
  parseTwilioOptions,
  type TwilioOptions,
  twilioOwner,
} from './options.js';
import { twilioWebhooks } from './reports.js';
import { TwilioRequests, templateProblem } from './requests.js';

/**
 * A provider for one Twilio account. Sends texts and templates (Messages), tells what became of them if it has the auth
 * token, and makes, sends and checks codes if it has a Verify service.
 *
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function twilio(options: TwilioOptions): SmsProvider {
  return new TwilioAccount(parseTwilioOptions(options));
}

/** Verify takes no longer ones (documentation); of what a person may type, the rest is not worth a request. */
const longestCode = 32;

/** The sixth check is answered 60202 or 404, even of the right code (documentation). */
const checksOfACode = 5;

class TwilioAccount implements SmsProvider {
  readonly specification = 'v1';
  readonly id: string;
  readonly sends: SendCapabilities;
  readonly verification: IssuedVerification | null;
  readonly webhooks: ProviderWebhooks | null;
  readonly events = null;
  readonly lookup: MessageLookup;
  readonly #requests: TwilioRequests;
  readonly #transport: HttpTransport;
  readonly #verifyTransport: HttpTransport;
  readonly #sent = new SentMessages();

  constructor(options: ParsedTwilioOptions) {
    const { id, authToken, from, messagingServiceSid, verifyServiceSid, codeLifetimeMs } = options;
    const canSend = (from ?? messagingServiceSid) !== undefined;
    this.id = id;
    this.sends = { text: canSend, template: canSend, senderId: canSend };
    this.#requests = new TwilioRequests(options);
    [this.#transport, this.#verifyTransport] = transportsOf(options);
    this.webhooks = authToken === undefined ? null : twilioWebhooks(authToken);
    this.lookup = new TwilioLookup(this.#transport, this.#requests, this.#sent);
    this.verification = verifyServiceSid === undefined ? null : this.#verificationBy(verifyServiceSid, codeLifetimeMs);
  }

  async send(message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    if (!this.sends[message.kind]) {
      return notSent(
        'unsupported_message',
        'This account sends only codes of Verify; set from or messagingServiceSid.',
      );
    }
    const problem = message.kind === 'template' ? templateProblem(message) : undefined;
    if (problem !== undefined) return notSent('template_rejected', problem);
    const sender = this.#requests.senderOf(message);
    if (sender === undefined) return notSent('sender_rejected', 'from: names no sender for this country.');
    const http = await this.#transport.request(this.#requests.message(message, sender), context);
    const outcome = readMessage(http);
    this.#sent.remember(message, 'from' in sender ? sender.from : sender.service, outcome);
    return outcome;
  }

  #verificationBy(service: string, lifetimeMs: number): IssuedVerification {
    return {
      limits: { maxChecks: checksOfACode, lifetimeMs },
      start: async (request, context) => {
        return readVerification(
          await this.#verifyTransport.request(this.#requests.verification(service, request), context),
        );
      },
      check: (request, context) => this.#check(service, request, context),
    };
  }

  async #check(service: string, check: VerificationCheck, context: CallContext): Promise<CheckOutcome> {
    const { code, to } = check;
    if (typeof code !== 'string' || code === '' || code.length > longestCode) {
      return notSent('invalid_request', `code: must have 1 to ${longestCode} characters`);
    }
    const http = await this.#verifyTransport.request(this.#requests.verificationCheck(service, check), context);
    return readCheck(http, to.e164);
  }

  async close(): Promise<void> {
    await Promise.all([this.#transport.close(), this.#verifyTransport.close()]);
  }
}

/** One for the API and one for Verify, which is elsewhere. The pace is the account's. */
function transportsOf(options: ParsedTwilioOptions): readonly [api: HttpTransport, verify: HttpTransport] {
  const { accountSid, authToken, apiKeySid, apiKeySecret, id, from, messagingServiceSid, ...others } = options;
  const { verifyServiceSid, verifyTemplateSid, codeLifetimeMs, region, edge, verifyBaseUrl, ...connection } = others;
  const baseUrls = baseUrlsOf(options);
  const api = createHttpTransport({ ...connection, baseUrl: baseUrls.api }, twilioOwner);
  if (baseUrls.verify === baseUrls.api) return [api, api];
  const pace = { maxPerSecond: undefined, burst: undefined, pace: api.pace };
  return [api, createHttpTransport({ ...connection, ...pace, baseUrl: baseUrls.verify }, twilioOwner)];
}
