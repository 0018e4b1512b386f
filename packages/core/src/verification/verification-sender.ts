import type { CallContext } from '../contract/call-context.js';
import type { VerificationCheck } from '../contract/messages.js';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { type Account, askAccount } from '../delivery/account.js';
import { envelopeOf } from '../delivery/envelope.js';
import { newMessageId } from '../delivery/message-id.js';
import type { Delivered, Delivery, Router } from '../delivery/router.js';
import type { TemplateCatalogue } from '../delivery/templates/catalogue.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { withoutCode } from './without-code.js';

/** What is verified, and how. */
export interface StartInput {
  readonly to: PhoneNumber;
  /** For events. */
  readonly purpose: string;
  /** BCP 47. */
  readonly locale: string | undefined;
  /** Ids of providers, in order, instead of the routes. */
  readonly via: readonly string[] | undefined;
  /** Ids of providers at which the person has opted out. */
  readonly blocked?: ReadonlySet<string> | undefined;
}

/** A verification that is to be sent. */
export interface VerificationRequest extends StartInput {
  /** What carries a code of ours: a text with `{code}` in the place of the code, or a template by its name. */
  readonly message: { readonly kind: 'text' | 'template'; readonly name: string };
}

/** The providers that can send a verification, ready to be asked. */
export interface VerificationPlan {
  /** At least one. */
  readonly senders: readonly CodeSender[];
  /** Asks one after the other until one takes it or it is no longer useful to go on. Never rejects. */
  send(order: SendInput): Promise<Delivered>;
}

/** A provider that can send a verification. */
export interface CodeSender {
  readonly provider: string;
  /** `issued`: it makes the code, and checks it. `local`: it carries a code of ours. */
  readonly codes: 'issued' | 'local';
  /** Of a code that it makes, if the provider says. */
  readonly maxChecks?: number | undefined;
  readonly lifetimeMs?: number | undefined;
}

export interface SendInput {
  /** Our code, the same for every sender of local codes. Undefined if there are none. */
  readonly code: string | undefined;
  /** How long the code is good for: the message says so, and vendors are told. */
  readonly lifetimeMs: number;
  /** Providers that come last: they have just failed to reach this phone. */
  readonly avoid: readonly string[];
  readonly context: CallContext;
}

/** A provider that may have sent a code. */
export interface SentBy {
  readonly provider: string;
  /** The vendor's id of the verification, if it gave one. */
  readonly reference: string | undefined;
}

/** What verifications are sent with. */
export interface VerificationSenderDeps {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly router: Pick<Router, 'ableProviders'>;
  readonly deliveries: Pick<Router, 'deliver'>;
  /** The app's templates. */
  readonly templates: TemplateCatalogue;
  /** Texts that carry codes, by their own words. */
  readonly texts: TemplateCatalogue;
  /** `issued`: providers that can make codes make them. `local`: all codes are ours. */
  readonly codes: 'issued' | 'local';
  readonly onUnknown: 'stop' | 'failover';
  /** By when a code is to be delivered, in milliseconds, if it is to go to the next provider otherwise. */
  readonly deliverWithinMs: number | undefined;
  /** Where a provider's vendor is to send its reports. */
  reportUrlOf(provider: SmsProvider): string | undefined;
}

const unsupported =
  'No provider of the route makes codes or can carry one: set verification.template, or add one that sends texts.';

/** Sends verifications by the client's routes, circuits and budget. */
export class VerificationSender {
  readonly #deps: VerificationSenderDeps;

  constructor(deps: VerificationSenderDeps) {
    this.#deps = deps;
  }

  /**
   * Who could send a verification to this phone.
   *
   * @throws SmsError `no_route`, `unsupported_message`, or `invalid_request` for a `via` that names nobody
   */
  plan({ to, purpose, locale, message, via, blocked }: VerificationRequest): VerificationPlan {
    const { templates, texts, reportUrlOf, deliverWithinMs: withinMs, onUnknown } = this.#deps;
    const catalogue = message.kind === 'template' ? templates : texts;
    const issues = ({ verification }: SmsProvider) => this.#deps.codes === 'issued' && verification !== null;
    const canSend = (provider: SmsProvider) => issues(provider) || catalogue.canRender(message.name, provider);
    const delivery: Omit<Delivery, 'ask' | 'id'> = {
      to,
      via,
      blocked,
      canSend,
      unsupported,
      onUnknown,
      kind: 'verification',
      purpose,
    };
    // Our own code goes on as it is; one that a vendor has made is nobody else's.
    const within = (ms: number, until: number) => ({ ms, until, canSend: (each: SmsProvider) => !issues(each) });
    const senders = this.#deps.router.ableProviders(delivery).map((provider): CodeSender => {
      if (!issues(provider)) return { provider: provider.id, codes: 'local' };
      return { provider: provider.id, codes: 'issued', ...provider.verification?.limits };
    });
    const send = ({ code, lifetimeMs, avoid, context }: SendInput): Promise<Delivered> => {
      const id = newMessageId();
      const minutes = Math.max(1, Math.floor(lifetimeMs / 60_000));
      const values = { code: code ?? '', minutes: String(minutes) };
      // A code must not arrive when it is good for nothing any more.
      const validUntil = performance.now() + lifetimeMs;
      const ask = (provider: SmsProvider, attemptContext: CallContext): Promise<SendOutcome> => {
        if (issues(provider) && provider.verification !== null) {
          return provider.verification.start({ id, to, locale }, attemptContext);
        }
        const envelope = envelopeOf(id, to, validUntil, reportUrlOf(provider));
        return provider.send(catalogue.render(message.name, values, envelope, provider), attemptContext);
      };
      const shown = (outcome: SendOutcome) => withoutCode(outcome, values.code);
      const deliverWithin = withinMs === undefined ? undefined : within(withinMs, validUntil);
      // Copying by hand is several times as fast as spreading.
      return this.#deps.deliveries.deliver(
        {
          id,
          to,
          via,
          blocked,
          avoid,
          canSend,
          unsupported,
          ask,
          shown,
          onUnknown,
          kind: 'verification',
          purpose,
          deliverWithin,
        },
        context,
      );
    };
    return { senders, send };
  }

  /** Has a provider check a code that it made. Undefined if there is no such provider any more. Never rejects. */
  check(provider: string, check: VerificationCheck, context: CallContext): Promise<CheckOutcome> | undefined {
    const account = this.#deps.accounts.get(provider);
    const verification = account?.provider.verification;
    if (account === undefined || verification == null) return undefined;
    const ask = () => verification.check(check, context);
    const shown = (outcome: CheckOutcome) => withoutCode(outcome, check.code);
    // Nobody else can check this code, so it passes an open circuit, as its probe.
    return askAccount(account, ask, context.deadline, 'check', true, undefined, shown);
  }
}

/** Whoever may have sent a code, in the order of the attempts. Only the last attempt can have been accepted. */
export function sentBy({ attempts, accepted }: Delivered): readonly SentBy[] {
  const sent: SentBy[] = [];
  for (const { provider, outcome } of attempts) {
    if (outcome === 'accepted') sent.push({ provider, reference: accepted?.reference });
    else if (outcome === 'unknown') sent.push({ provider, reference: undefined });
  }
  return sent;
}
