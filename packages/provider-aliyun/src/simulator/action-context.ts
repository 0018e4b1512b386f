import type { VendorRequest } from '@polysms/simulator';
import type { Account } from './account.js';
import type { AnswerWriter } from './answers.js';
import type { CodeBook } from './code-book.js';

/** What an action works with. */
export interface ActionContext {
  readonly account: Account;
  readonly codes: CodeBook;
  readonly request: VendorRequest;
  readonly parameters: ReadonlyMap<string, string>;
  readonly write: AnswerWriter;
}
