import type { VerificationCheck } from '../contract/messages.js';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import { type Account, askAccount } from '../delivery/account.js';
import type { Delivery, Router } from '../delivery/router.js';
import type { TemplateCatalogue } from '../delivery/templates/catalogue.js';
import type { Attempt } from '../errors/sms-error.js';
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
  readonly accounts: ReadonlyMap<string, Account>;
  readonly router: Router;
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
    const delivery: Omit<Delivery, 'ask'> = {
      to,
      via,
      canSend: (provider) => issues(provider) || catalogue.canRender(template, provider),
      onUnknown: this.#parts.onUnknown,
      kind: 'verification',
      purpose,
    };
    const carriers = this.#parts.router.ableProviders(delivery).map((provider): Carrier => {
      if (!issues(provider)) return { provider: provider.id, codes: 'local' };
      return { provider: provider.id, codes: 'issued', ...provider.verification?.limits };
    });
    const send = async ({ code, minutes, avoid, context }: SendOrder): Promise<SentVerification> => {
      const values = { code: code ?? '', minutes: String(minutes) };
      const ask = async (provider: SmsProvider, attemptContext: CallContext): Promise<SendOutcome> => {
        if (issues(provider) && provider.verification !== null) {
          return provider.verification.start({ to, locale }, attemptContext);
        }
        const message = catalogue.render(template, values, to, provider);
        return withoutCode(await provider.send(message, attemptContext), values.code);
      };
      const { attempts, reference, error } = await this.#parts.router.deliver({ ...delivery, avoid, ask }, context);
      return { attempts, sent: attempts.flatMap((attempt) => sentBy(attempt, reference)), error };
    };
    return { carriers, send };
  }

  check(provider: string, check: VerificationCheck, context: CallContext): Promise<CheckOutcome> | undefined {
    const account = this.#parts.accounts.get(provider);
    const verification = account?.provider.verification;
    if (account === undefined || verification == null) return undefined;
    const ask = async () => withoutCode(await verification.check(check, context), check.code);
    // Nobody else can check this code, so it passes an open circuit, as its probe.
    return askAccount(account, ask, context.deadline, 'check', true);
  }
}

/** Whoever may have sent a code. Only the last attempt can have been accepted. */
function sentBy({ provider, outcome }: Attempt, reference: string | undefined): readonly SentBy[] {
  switch (outcome) {
    case 'accepted':
      return [{ provider, reference }];
    case 'unknown':
      return [{ provider, reference: undefined }];
    case 'refused':
    case 'not-sent':
      return [];
  }
}
