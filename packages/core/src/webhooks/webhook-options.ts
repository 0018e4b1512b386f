import * as v from 'valibot';
import { longestDelayMs } from '../provider-kit/deadline.js';
import { dayMs, isLoopback, minuteMs, secondMs, section, wholeNumber } from '../provider-kit/schema-parts.js';

/** How a client takes what vendors tell by calling it. */
export interface WebhookOptions {
  /**
   * The public URL under which vendors call, as they have it: `https://app.example/sms` if the webhook of the provider
   * `twilio-eu` is `https://app.example/sms/twilio-eu`. Vendors sign it, and proxies change what arrives. Default: the
   * URL of each request, as it arrives.
   */
  readonly publicUrl?: string | undefined;
  /** Bytes of a request's body at most. Default 1048576, one MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How far a signed time may be from now, in milliseconds, in either direction. Default 300000, five minutes. */
  readonly toleranceMs?: number | undefined;
  /** By when a request is answered, from its arrival, in milliseconds. Default 5000. */
  readonly deadlineMs?: number | undefined;
}

const example = 'such as https://app.example/sms';

/** Checks {@link WebhookOptions}; a part of the schema of the client's options. */
export const webhookOptionsSchema = section({
  publicUrl: v.optional(
    v.pipe(
      v.string(`must be a URL, ${example}`),
      v.rawCheck(({ dataset, addIssue }) => {
        const message = dataset.typed ? publicUrlProblem(dataset.value) : undefined;
        if (message !== undefined) addIssue({ message });
      }),
    ),
  ),
  maxBodyBytes: v.optional(wholeNumber(1024, 64 * 1024 * 1024, 'bytes, from 1 KiB to 64 MiB')),
  toleranceMs: v.optional(wholeNumber(secondMs, dayMs, 'milliseconds, from a second to a day')),
  deadlineMs: v.optional(wholeNumber(1, longestDelayMs, 'milliseconds, from 1 to 24 days')),
});

/** Webhook options with their defaults. */
export type ParsedWebhookOptions = ReturnType<typeof withWebhookDefaults>;

export function withWebhookDefaults(options: WebhookOptions) {
  return {
    publicUrl: options.publicUrl,
    maxBodyBytes: options.maxBodyBytes ?? 1024 * 1024,
    toleranceMs: options.toleranceMs ?? 5 * minuteMs,
    deadlineMs: options.deadlineMs ?? 5 * secondMs,
  };
}

/** The URL that the vendor of a provider calls: what `reportUrl` of a message is, and what belongs in its console. */
export function reportUrlOf(publicUrl: string, providerId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/${encodeURIComponent(providerId)}`;
}

function publicUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return `must be a URL, ${example}`;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  // An empty query, too: what follows would stand behind its question mark.
  if (/[?#]/.test(text)) return 'must not contain a query or a fragment';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'must start with https://; http:// is for this machine alone';
  }
  // A signature holds for one spelling, and vendors may or may not bring a URL into its normal form.
  if (url.href !== text && url.href !== `${text}/`) {
    return `must be written in its normal form, ${example}: lower-case host in ASCII, no default port, no dot segments, special characters percent-encoded`;
  }
  return undefined;
}
