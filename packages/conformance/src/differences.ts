import { configurationInvalid } from '@polysms/core/provider-kit';

/**
 * Where a provider or its environment differs from what the suites expect. Each is a reason, which the title of the
 * test then shows. The suites expect the difference itself: one that has gone must be removed here.
 */
export interface Differences {
  /** The provider takes no credentials, so `secrets` is empty. */
  readonly noCredentials?: string | undefined;
  /** The environment cannot count requests, so silent repetitions are only found by what phones receive. */
  readonly requestsNotCounted?: string | undefined;
  /** The provider cannot tell a refused connection from a lost answer, and says `unknown` for both. */
  readonly refusedConnectionIsUnknown?: string | undefined;
  /**
   * The vendor promises that it has sent nothing when it answers with a server error, and the provider says `refused`.
   * The environment then delivers nothing in the situation `server-error`.
   */
  readonly serverErrorIsRefused?: string | undefined;
  /** The vendor's templates take one parameter, so the sample has one. */
  readonly singleTemplateParameter?: string | undefined;
  /** The vendor refuses some of the characters that people write: emoji, line ends, quotes, `&`, `=`, `%`, `+`. */
  readonly refusesSpecialCharacters?: string | undefined;
  /** The vendor approves a right code again and again. */
  readonly approvesCodeAgain?: string | undefined;
  /**
   * Some of what comes with a request of the vendor is not signed: the URL, fields of an envelope. A change there must
   * change nothing of what is read.
   */
  readonly unsignedParts?: string | undefined;
  /** The vendor signs nothing: who knows the secret in the URL is believed. */
  readonly requestsNotSigned?: string | undefined;
  /** The vendor signs no time, so that old requests are read. */
  readonly timeNotSigned?: string | undefined;
  /** A request of the vendor tells one event. */
  readonly oneEventPerRequest?: string | undefined;
  /** The vendor tells nothing of what people write. */
  readonly noInbound?: string | undefined;
  /** How much later than its deadline a call may settle: `ms` replaces the 50 of the contract, upwards only. For slow machines. */
  readonly slack?: { readonly ms: number; readonly reason: string } | undefined;
}

/** How much later than its deadline a call may settle. */
export const contractSlackMs = 50;

/** @throws SmsError `configuration_invalid` */
export function checkDifferences(differences: Differences): void {
  const { slack, ...reasons } = differences;
  for (const [name, reason] of Object.entries(reasons)) {
    if (reason !== undefined) checkReason(name, reason);
  }
  if (slack === undefined) return;
  checkReason('slack.reason', slack.reason);
  if (!(slack.ms > contractSlackMs && Number.isFinite(slack.ms))) {
    throw configurationInvalid(
      `describeSmsProvider(): differences.slack.ms: expected more than the contract's ${contractSlackMs} milliseconds; remove it to keep the contract's.`,
    );
  }
}

function checkReason(name: string, reason: unknown): void {
  if (typeof reason === 'string' && reason.trim() !== '') return;
  throw configurationInvalid(
    `describeSmsProvider(): differences.${name}: expected the reason as a text, such as "the vendor has no keys"; remove the field if there is no difference.`,
  );
}
