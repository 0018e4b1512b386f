import {
  accountId,
  type ConnectionOptions,
  connectionOptions,
  credential,
  parseOptions,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';

/** How to reach one Acme account. */
export interface AcmeOptions extends ConnectionOptions {
  /** The API key, from Acme's console. */
  readonly apiKey: string;
  /** The secret of the webhook. Default: no reports are read. */
  readonly webhookSecret?: string | undefined;
  /** The name of this account in routes, errors and events. Default `acme`. */
  readonly id?: string | undefined;
  /** Where the API lives. Default `https://api.acme.example`. */
  readonly baseUrl?: string | undefined;
}

const schema = v.strictObject({
  apiKey: credential('the API key from Acme’s console'),
  webhookSecret: v.optional(credential('the secret of Acme’s webhook')),
  id: accountId('acme'),
  baseUrl: v.optional(v.string('must be a URL'), 'https://api.acme.example'),
  ...connectionOptions,
});

/** The options with their defaults. */
export type ParsedAcmeOptions = v.InferOutput<typeof schema>;

/** @throws SmsError `configuration_invalid`, naming every wrong option */
export function parseAcmeOptions(options: unknown): ParsedAcmeOptions {
  return parseOptions(acmeOwner, schema, options);
}

/** The function that the user calls, for messages. */
export const acmeOwner = 'acme()';
