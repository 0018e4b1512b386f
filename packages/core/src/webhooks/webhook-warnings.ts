import { SeldomWarning } from '../errors/seldom-warning.js';
import { shownName } from '../errors/shown-name.js';

/** What is wrong with the webhooks of a client, each at most once a minute, and nothing that came with a request. */
export class WebhookWarnings {
  readonly #broken = new Map<string | undefined, SeldomWarning>();
  readonly #refused = new Map<string, SeldomWarning>();
  readonly #unstored = new SeldomWarning(
    'What a webhook told could not be stored, and the vendor is asked to repeat it',
  );
  readonly #taken = new SeldomWarning(bodyTakenText);

  /** @param provider undefined if the request was none */
  broken(provider: string | undefined, error: unknown, kind?: string): void {
    const subject = provider === undefined ? 'A webhook' : `The webhook of the provider ${shownName(provider)}`;
    warningIn(this.#broken, provider, `${subject} did not answer as it must: a bug in the provider`).warn(error, kind);
  }

  /** Somebody may be forging; more often a secret or `webhooks.publicUrl` is not what the vendor has. */
  refused(provider: string, reason: 'signature' | 'stale' | 'malformed'): void {
    const text = `The webhook of the provider ${shownName(provider)} refused a request; if it was the vendor's, check ${toCheck[reason]}`;
    warningIn(this.#refused, `${reason} ${provider}`, text).warn(undefined, reason);
  }

  unstored(error: unknown, kind?: string): void {
    this.#unstored.warn(error, kind);
  }

  bodyTaken(): void {
    this.#taken.warn(undefined, 'the body is gone');
  }
}

const toCheck = {
  signature: 'the secret and webhooks.publicUrl',
  stale: 'the clock of this machine and webhooks.toleranceMs',
  malformed: 'that this vendor and this kind of request belong to this provider',
} as const;

/** For whoever mounts a webhook behind something that reads bodies. */
export const bodyTakenText =
  'The body of a webhook was read before Polysms could read it: mount the webhooks before a body parser such as ' +
  'express.json(), or let it keep the bytes in request.rawBody';

function warningIn<Key>(warnings: Map<Key, SeldomWarning>, key: Key, text: string): SeldomWarning {
  const warning = warnings.get(key) ?? new SeldomWarning(text);
  warnings.set(key, warning);
  return warning;
}
