import { listOfNames, shownName } from '../errors/shown-name.js';
import { SmsError } from '../errors/sms-error.js';
import type { RoutePlan } from './plan-route.js';
import { invalidRequest } from './send-request.js';

/** The person has opted out at every provider that could send it. */
export interface OptedOut {
  readonly status: 'opted-out';
}

/** The error of a delivery for which nobody can be asked. */
export function planError(
  plan: Exclude<RoutePlan<never>, { status: 'planned' }> | OptedOut,
  { kind, unsupported }: { readonly kind: 'message' | 'verification'; readonly unsupported: string },
  accounts: ReadonlyMap<string, unknown>,
): SmsError {
  switch (plan.status) {
    case 'no-route':
      return new SmsError({
        code: 'no_route',
        outcome: 'not-sent',
        message: 'No route fits the destination; add one, or a last route without countries and callingCodes.',
      });
    case 'opted-out':
      return new SmsError({
        code: 'recipient_blocked',
        outcome: 'not-sent',
        message: 'The person has opted out at every provider that could send this. Nothing was sent.',
      });
    case 'unsupported':
      return new SmsError({ code: 'unsupported_message', outcome: 'not-sent', message: unsupported });
    case 'unknown-provider':
      return invalidRequest(
        `${kind === 'message' ? 'send()' : 'verifications.start()'}: via: there is no provider ${shownName(plan.id)}; there are ${listOfNames(accounts.keys())}.`,
      );
  }
}
