import type { Deadline } from '../contract/deadline.js';
import { askStore, type StoreQuestion } from '../stores/ask-store.js';
import { isSubjectState } from './store-answers.js';
import type { SubjectState, VerificationStore } from './verification-store.js';

/** @throws SmsError the store's failure, as the question says */
export function readSubject(
  { store }: { readonly store: VerificationStore },
  subject: string,
  question: StoreQuestion,
  deadline: Deadline,
): Promise<SubjectState> {
  return askStore(question, deadline, () => store.read(subject), { isAnswer: isSubjectState });
}
