import type { VerificationCheck } from '../contract/messages.js';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import type { GuardedProvider } from '../delivery/circuits/circuit-breaker.js';
import type { Dispatch, Dispatcher } from '../delivery/dispatcher.js';
import type { TemplateCatalogue } from '../delivery/templates/catalogue.js';
import type {
  Carrier,
  SendOrder,
  SentBy,
  SentVerification,
  SmsSender,
  VerificationPlan,
  VerificationRequest,
} from '../verification/sms-sender.js';
import { withoutCode } from '../verification/without-code.js';

/** What verifications are sent with. */
export interface VerificationSenderParts {
  readonly providers: ReadonlyMap<string, GuardedProvider>;
  readonly dispatcher: Dispatcher;
  /** The app's templates. */
  readonly templates: TemplateCatalogue;
  /** Texts that carry codes, by their own words. */
  readonly texts: TemplateCatalogue;
  /** `issued`: providers that can make codes make them. `local`: all codes are ours. */
  readonly codes: 'issued' | 'local';
  readonly onUnknown: 'stop' | 'failover';
}

/** Sends verifications by the client's routes, circuits and budget. */
export class VerificationSender implements SmsSender {
  readonly #parts: VerificationSenderParts;

  constructor(parts: VerificationSenderParts) {
    this.#parts = parts;
  }

  plan({ to, purpose, locale, message, via }: VerificationRequest): VerificationPlan {
    const { templates, texts } = this.#parts;
    const catalogue = message.kind === 'template' ? templates : texts;
    const template = message.kind === 'template' ? message.template : message.text;
    const issues = ({ verification }: SmsProvider) => this.#parts.codes === 'issued' && verification !== null;
    const dispatch: Omit<Dispatch, 'attempt'> = {
      to,
      via,
      canSend: (provider) => issues(provider) || catalogue.canRender(template, provider),
      onUnknown: this.#parts.onUnknown,
      kind: 'verification',
      purpose,
    };
    const carriers = this.#parts.dispatcher.ableProviders(dispatch).map((provider): Carrier => {
      if (!issues(provider)) return { provider: provider.id, codes: 'local' };
      return { provider: provider.id, codes: 'issued', ...provider.verification?.limits };
    });
    const send = async ({ code, minutes, avoid, context }: SendOrder): Promise<SentVerification> => {
      const values = { code: code ?? '', minutes: String(minutes) };
      const sent: SentBy[] = [];
      const attempt = async (provider: SmsProvider, attemptContext: CallContext): Promise<SendOutcome> => {
        const outcome =
          issues(provider) && provider.verification !== null
            ? await provider.verification.start({ to, locale }, attemptContext)
            : withoutCode(
                await provider.send(catalogue.render(template, values, to, provider), attemptContext),
                values.code,
              );
        if (outcome.outcome === 'accepted') sent.push({ provider: provider.id, reference: outcome.reference });
        if (outcome.outcome === 'unknown') sent.push({ provider: provider.id, reference: undefined });
        return outcome;
      };
      const { attempts, error } = await this.#parts.dispatcher.dispatch({ ...dispatch, avoid, attempt }, context);
      return { attempts, sent, error };
    };
    return { carriers, send };
  }

  check(provider: string, check: VerificationCheck, context: CallContext): Promise<CheckOutcome> | undefined {
    // Nobody else can check this code, so it passes an open circuit, as its probe.
    return this.#parts.providers.get(provider)?.asProbe.verification?.check(check, context);
  }
}
