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
export function changedSettings(settings: ReportSettings, changes: unknown): ReportSettings {
  const { mode, delayMs, reportsTo } = checked('the settings of reports', settingsSchema, changes);
  return {
    mode: mode ?? settings.mode,
    delayMs: delayMs ?? settings.delayMs,
    reportsTo: reportsTo === undefined ? settings.reportsTo : reportsTo,
  };
}

/** Where a vendor tells the app. */
export function webhookOf(reportsTo: ReportSettings['reportsTo'], vendor: string): string | undefined {
  if (reportsTo === null) return undefined;
  if (typeof reportsTo === 'string') return `${reportsTo.replace(/\/+$/u, '')}/${vendor}`;
  return Object.hasOwn(reportsTo, vendor) ? reportsTo[vendor] : undefined;
}
