import type { CodeSecrets } from './code-secrets.js';
import type { SmsSender } from './sms-sender.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import type { VerificationStore } from './verification-store.js';

/** What verification works with. */
export interface VerificationParts {
  readonly options: ParsedVerificationOptions;
  readonly sender: SmsSender;
  readonly store: VerificationStore;
  readonly secrets: CodeSecrets;
}

/** How long a challenge is remembered after its end, so that a late check is told why, in milliseconds. */
export const keepMs = 600_000;
