import {
  type CallContext,
  type CheckOutcome,
  createHttpTransport,
  deadlineAfter,
  type HttpTransport,
  type IssuedVerification,
  normaliseCode,
  notSent,
  type OutboundMessage,
  type SendOutcome,
  type SmsProvider,
  safeParsePhoneNumber,
  type VerificationCheck,
  type VerificationStart,
} from '@polysms/core/provider-kit';
import { readAnswer } from './answer.js';
import { customStatus } from './custom-status.js';
import { type MobOptions, mobOwner, type ParsedMobOptions, parseMobOptions } from './options.js';
import { checkCode, customMessage, sendmsg, templateProblem } from './requests.js';
import { checkcodeStatus, sendmsgStatus } from './sms-status.js';

/** A code that Mob's mobile SDK sent and a person typed in. */
export interface SdkCode {
  /** E.164. */
  readonly phone: string;
  readonly code: string;
}

/** One Mob account. */
export interface MobProvider extends SmsProvider {
  readonly verification: IssuedVerification;
  /**
   * Checks a code that Mob's *mobile SDK* sent (`/sms/verify`); codes of `verification.start` are checked with
   * `verification.check`. Takes both as a person typed them, by the rules of `verifications.check()`. Without a context
   * it takes at most 10 seconds.
   */
  verifySdkCode(sdkCode: SdkCode, context?: CallContext): Promise<CheckOutcome>;
}

/**
 * A provider for one Mob account. Sends approved templates (`custom/msg`); makes, sends and checks
 * verification codes (`sendmsg`, `checkcode`). It sends no free text, and a template's signature is Mob's.
 *
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function mob(options: MobOptions): MobProvider {
  return new MobAccount(parseMobOptions(options));
}

const sdkCodeTimeoutMs = 10_000;
const longestCode = 32;

/** The fourth check is answered 467, even of the right code (x4 in the protocol page). */
const checksOfACode = 3;

class MobAccount implements MobProvider {
  readonly specification = 'v1';
  readonly id: string;
  readonly sends = { text: false, template: true, senderId: false } as const;
  readonly verification: IssuedVerification;
  // Mob's protocol has no delivery reports, no inbound messages and no way to ask for either.
  readonly webhooks = null;
  readonly events = null;
  readonly lookup = null;
  readonly #appKey: string;
  readonly #verificationTemplate: string | undefined;
  readonly #transport: HttpTransport;
  readonly #customTransport: HttpTransport;

  constructor(options: ParsedMobOptions) {
    const {
      appKey,
      id,
      baseUrl,
      customBaseUrl = baseUrl,
      verificationTemplate,
      codeLifetimeMs,
      ...connection
    } = options;
    this.id = id;
    this.#appKey = appKey;
    this.#verificationTemplate = verificationTemplate;
    this.#transport = createHttpTransport({ ...connection, baseUrl }, mobOwner);
    // Two addresses, one account: Mob counts what comes by either.
    const samePace = { maxPerSecond: undefined, burst: undefined, pace: this.#transport.pace };
    this.#customTransport =
      customBaseUrl === baseUrl
        ? this.#transport
        : createHttpTransport({ ...connection, ...samePace, baseUrl: customBaseUrl }, mobOwner);
    this.verification = {
      limits: { maxChecks: checksOfACode, lifetimeMs: codeLifetimeMs },
      start: (request, context) => this.#start(request, context),
      check: ({ to, code }, context) => this.#check('/sms/checkcode', { to, code }, context),
    };
  }

  async send(message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    if (message.kind !== 'template') {
      return notSent('unsupported_message', 'Mob sends no free text; use a template that Mob has approved.');
    }
    const problem = templateProblem(message);
    if (problem !== undefined) return notSent('template_rejected', problem);
    const http = await this.#customTransport.request(customMessage(this.#appKey, message), context);
    return readAnswer(http, customStatus);
  }

  async #start({ to }: VerificationStart, context: CallContext): Promise<SendOutcome> {
    const request = sendmsg(this.#appKey, to, this.#verificationTemplate);
    const http = await this.#transport.request(request, context);
    return readAnswer(http, sendmsgStatus);
  }

  async #check(
    path: '/sms/checkcode' | '/sms/verify',
    { to, code }: VerificationCheck,
    context: CallContext,
  ): Promise<CheckOutcome> {
    if (typeof code !== 'string' || code === '' || code.length > longestCode) {
      return notSent('invalid_request', `code: must have 1 to ${longestCode} characters`);
    }
    const http = await this.#transport.request(checkCode(path, this.#appKey, to, code), context);
    return readAnswer(http, checkcodeStatus);
  }

  async verifySdkCode({ phone, code }: SdkCode, context?: CallContext): Promise<CheckOutcome> {
    const parsed = safeParsePhoneNumber(phone);
    if (!parsed.valid) return notSent('invalid_phone_number', parsed.message);
    // Nobody has done it before, as the client does for `verification.check`.
    return this.#check(
      '/sms/verify',
      { to: parsed.phone, code: normaliseCode(code) ?? '' },
      context ?? { deadline: deadlineAfter(sdkCodeTimeoutMs) },
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#transport.close(), this.#customTransport.close()]);
  }
}
