import type { Deadline } from '../contract/deadline.js';
import type { SeldomWarning } from '../errors/seldom-warning.js';
import { askStore, type StoreQuestion } from '../stores/ask-store.js';
import type { CodeSecrets } from './code-secrets.js';
import { isSubjectState } from './store-answers.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import type { VerificationSender } from './verification-sender.js';
import type { SubjectState, VerificationStore } from './verification-store.js';

/** What verification works with. */
export interface VerificationDeps {
  readonly options: ParsedVerificationOptions;
  readonly sender: Pick<VerificationSender, 'plan' | 'check'>;
  readonly store: VerificationStore;
  readonly secrets: CodeSecrets;
}

/** The same with what a service makes for itself. */
export interface CheckDeps extends VerificationDeps {
  /** Told of a result that the store could not record. */
  readonly unrecorded: SeldomWarning;
}

/** How long a challenge is remembered after its end, so that a late check is told why, in milliseconds. */
export const keepMs = 600_000;

/** @throws SmsError the store's failure, as the question says */
export function readSubject(
  { store }: { readonly store: VerificationStore },
  subject: string,
  question: StoreQuestion,
  deadline: Deadline,
): Promise<SubjectState> {
  return askStore(question, deadline, () => store.read(subject), { isAnswer: isSubjectState });
}
