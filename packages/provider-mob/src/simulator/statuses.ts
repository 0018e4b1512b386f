import type { MobEndpoint, Verdict } from './endpoints.js';

/** Success, for every endpoint. */
export const ok: Verdict = { status: 200 };

/** What /sms/* say about themselves. The words of 457 and 471 are Mob's own; the others are ours. */
const smsErrors = {
  405: 'Appkey is empty.',
  406: 'Appkey is illegal.',
  456: 'Phone or zone is empty.',
  457: 'Phone format error.',
  458: 'Phone is in the black list.',
  460: 'Sending is switched off.',
  461: 'Zone is not enabled.',
  462: 'Phone is over its limit for a minute.',
  463: 'Phone is over its limit for a day.',
  466: 'Code is empty.',
  469: 'Web api is not opened.',
  470: 'Balance is not enough.',
  471: 'Request ip is error.',
  474: 'Server verification is not opened.',
  476: 'App is not reviewed and over its limit for a day.',
  477: 'Phone is over its limit for a day on the platform.',
  478: 'Phone is over its limit for 12 hours.',
} as const;

/** What /custom/msg says about itself; Mob's words are unknown. */
const customErrors = {
  201: 'AppKey is empty.',
  202: 'Template number is empty.',
  203: 'AppKey is illegal.',
  204: 'Zone or phone is empty.',
  205: 'Phone format error.',
  206: 'Template is illegal.',
  207: 'Template number format error.',
  208: 'Parameters do not fit the template.',
  209: 'Text has a sensitive word.',
  210: 'Phone is in the black list.',
  211: 'Account is abnormal.',
  212: 'Web sms is not opened.',
  213: 'Balance is not enough.',
  214: 'Request ip is illegal.',
  215: 'Parameter is too long.',
  219: 'Phone is over its limit for a minute.',
  220: 'Phone is over its limit for 12 hours.',
  221: 'Zone is not enabled.',
  222: 'Text is too long.',
} as const;

/** A status with which /sms/* refuse, except the two about the code itself, 467 and 468. */
export type SmsRefusal = keyof typeof smsErrors;

/** A status with which /custom/msg refuses. */
export type CustomRefusal = keyof typeof customErrors;

/** A refusal of /sms/*. */
export function smsRefused(status: SmsRefusal): Verdict {
  return { status, error: smsErrors[status] };
}

/** 467 (checked too often) or 468 (wrong, expired or no code): Mob sends these without `error`. */
export function codeRefused(status: 467 | 468): Verdict {
  return { status };
}

/** A refusal of /custom/msg. */
export function customRefused(status: CustomRefusal): Verdict {
  return { status, error: customErrors[status] };
}

/** What an endpoint says about a status of its own; undefined if it says nothing, or that is unknown. */
export function wordsOf(endpoint: MobEndpoint | undefined, status: number): string | undefined {
  const errors: Readonly<Record<number, string>> = endpoint === '/custom/msg' ? customErrors : smsErrors;
  return errors[status];
}
