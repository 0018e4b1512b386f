import type { MobRequest } from './endpoints.js';
import type { Parameters } from './form.js';
import { isAppKey, type Settings, zonePattern } from './settings-schema.js';

/** What is wrong with an appkey. Without a configured key every one is legal whose length could be one. */
export function appKeyProblem(appKey: string, settings: Settings): 'empty' | 'illegal' | undefined {
  if (appKey === '') return 'empty';
  const legal = typeof settings.appKey === 'string' ? appKey === settings.appKey : isAppKey(appKey);
  return legal ? undefined : 'illegal';
}

/** Whether the caller's address is on the allow-list, or there is none. */
export function isAllowedIp(request: MobRequest, settings: Settings): boolean {
  return settings.allowedIps?.includes(request.remoteAddress) ?? true;
}

/** Who a message is for, as far as the two fields go. */
export type Recipient =
  | { readonly kind: 'empty' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'phone'; readonly to: string; readonly zone: string; readonly phone: string };

/** Reads zone and phone. The zone is digits only; the mainland's mobile numbers have 11 digits, others 4 to 14. */
export function recipientOf(parameters: Parameters): Recipient {
  const zone = parameters.get('zone') ?? '';
  const phone = parameters.get('phone') ?? '';
  if (zone === '' || phone === '') return { kind: 'empty' };
  const phonePattern = zone === '86' ? /^1[3-9]\d{9}$/u : /^\d{4,14}$/u;
  if (!zonePattern.test(zone) || !phonePattern.test(phone)) return { kind: 'malformed' };
  return { kind: 'phone', to: `+${zone}${phone}`, zone, phone };
}

/** Whether a zone can be sent to. */
export function isEnabledZone(zone: string, settings: Settings): boolean {
  return settings.zones?.includes(zone) ?? true;
}
