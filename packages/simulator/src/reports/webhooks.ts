import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import type { ReportSettings } from '../control/contract.js';
import { delay, objectOf } from '../schema-parts.js';

const urlExpected = 'must be an http or https URL, such as http://127.0.0.1:3000/webhooks';

const url = v.pipe(
  v.string(urlExpected),
  v.check((text) => URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol), urlExpected),
);

/** The app's webhook, or one for each vendor. */
export const reportsToSchema = v.union(
  [url, v.record(v.string(), url), v.null()],
  `${urlExpected}, or an object of such URLs by vendor`,
);

/**
 * Looks at what was given, not at what was parsed: parsing leaves a key such as `__proto__` out without a word.
 *
 * @throws SmsError `configuration_invalid` for a vendor that is not in the box, naming those that are
 */
export function checkVendors(what: string, given: unknown, vendors: readonly string[]): void {
  if (typeof given !== 'object' || given === null || !('reportsTo' in given)) return;
  const { reportsTo } = given;
  if (typeof reportsTo !== 'object' || reportsTo === null) return;
  const unknown = Object.keys(reportsTo).filter((name) => !vendors.includes(name));
  if (unknown.length === 0) return;
  const problems = unknown.map((name) => `reportsTo.${name}: there is no such vendor here; use ${vendors.join(', ')}`);
  throw configurationInvalid(`${what}: ${problems.join('; ')}`);
}

const settingsSchema = v.strictObject(
  {
    mode: v.optional(v.picklist(['automatic', 'held'], 'must be automatic or held')),
    delayMs: v.optional(delay),
    reportsTo: v.optional(reportsToSchema),
  },
  objectOf('settings of reports (mode, delayMs, reportsTo)'),
);

/**
 * What has changed, with the rest as it was.
 *
 * @throws SmsError `configuration_invalid` naming every wrong field
 */
export function changedSettings(
  settings: ReportSettings,
  changes: unknown,
  vendors: readonly string[],
): ReportSettings {
  const { mode, delayMs, reportsTo } = checked('the settings of reports', settingsSchema, changes);
  checkVendors('the settings of reports', changes, vendors);
  return {
    mode: mode ?? settings.mode,
    delayMs: delayMs ?? settings.delayMs,
    reportsTo: reportsTo === undefined ? settings.reportsTo : reportsTo,
  };
}

/** Where a vendor tells the app. */
export function webhookOf(reportsTo: ReportSettings['reportsTo'], vendor: string): string | undefined {
  if (reportsTo === null) return undefined;
  if (typeof reportsTo === 'string') return withName(reportsTo, vendor);
  return Object.hasOwn(reportsTo, vendor) ? reportsTo[vendor] : undefined;
}

/** Adds the vendor to the path, in front of query and fragment. */
function withName(webhook: string, vendor: string): string {
  const end = webhook.search(/[?#]|$/u);
  return `${webhook.slice(0, end).replace(/\/+$/u, '')}/${vendor}${webhook.slice(end)}`;
}

/** A webhook taken apart as it is called. */
export interface CalledWebhook {
  /** Without user and password: fetch refuses such addresses, and vendors do not sign over them. */
  readonly url: string;
  /** User and password as Basic, as Twilio and Amazon SNS send them; undefined if the address has none. */
  readonly authorization: string | undefined;
}

export function calledWebhook(webhook: string): CalledWebhook {
  const {
    scheme = '',
    userInfo,
    rest = '',
  } = /^(?<scheme>[a-z]+:\/\/)(?:(?<userInfo>[^/?#]*)@)?(?<rest>.*)$/isu.exec(webhook)?.groups ?? {};
  if (userInfo === undefined) return { url: webhook, authorization: undefined };
  const colon = userInfo.search(/:|$/u);
  const credentials = [userInfo.slice(0, colon), userInfo.slice(colon + 1)].map(unescaped).join(':');
  return { url: `${scheme}${rest}`, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Text with escaped characters; as it stands if they are none. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
