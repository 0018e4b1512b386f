import { appKeyProblem, isAllowedIp, isEnabledZone, type Recipient, recipientOf } from './checks.js';
import { type CodeCheck, codeText } from './codes.js';
import type { MobEndpoint, MobRequest, Verdict } from './endpoints.js';
import type { Mob } from './mob.js';
import { codeRefused, ok, type SmsRefusal, smsRefused } from './statuses.js';

type Phone = Extract<Recipient, { readonly kind: 'phone' }>;

/** What /sms/sendmsg, /sms/checkcode and /sms/verify answer. */
export function smsVerdict(mob: Mob, endpoint: Exclude<MobEndpoint, '/custom/msg'>, request: MobRequest): Verdict {
  switch (endpoint) {
    case '/sms/sendmsg':
      return sendmsg(mob, request);
    case '/sms/checkcode':
      return checkcode(mob, request);
    case '/sms/verify':
      return verify(mob, request);
  }
}

function sendmsg(mob: Mob, request: MobRequest): Verdict {
  const { account, limits } = mob;
  const { settings } = account;
  const now = mob.clock.now();
  const appKey = appKeyOf(request);
  const refusal = webApiRefusal(mob, request);
  if (refusal !== undefined) return smsRefused(refusal);
  if (!settings.sendingEnabled || limits.isSuspended(appKey, now)) return smsRefused(460);
  const recipient = recipientOf(request.parameters);
  if (recipient.kind === 'empty') return smsRefused(456);
  if (recipient.kind === 'malformed') return smsRefused(457);
  const { to, zone, phone } = recipient;
  if (settings.blockedPhones.includes(to)) return smsRefused(458);
  if (!isEnabledZone(zone, settings)) return smsRefused(461);
  if (!account.hasBalance) return smsRefused(470);
  const limit = limits.codeRefusal({ appKey, to }, now, settings);
  if (limit !== undefined) return smsRefused(limit);

  const code = mob.newCode();
  account.charge();
  limits.countCode({ appKey, to }, now, settings.limits);
  mob.apiCodes.issue(phoneInApp(to, appKey), code, now);
  const text = codeText(code, settings.codeLifetimeMs);
  mob.deliver({ to, zone, phone, text, code, endpoint: '/sms/sendmsg', receivedAt: now }, request.id);
  return ok;
}

function checkcode(mob: Mob, request: MobRequest): Verdict {
  const refusal = webApiRefusal(mob, request);
  if (refusal !== undefined) return smsRefused(refusal);
  const given = codeAndPhone(request);
  if (typeof given === 'number') return smsRefused(given);
  const key = phoneInApp(given.to, appKeyOf(request));
  return verdictOf(mob.apiCodes.check(key, given.code, mob.clock.now(), mob.account.settings));
}

/** Without the IP allow-list: 471 is in the table of sendmsg and checkcode only. */
function verify(mob: Mob, request: MobRequest): Verdict {
  const { settings } = mob.account;
  const problem = appKeyProblem(appKeyOf(request), settings);
  if (problem !== undefined) return smsRefused(problem === 'empty' ? 405 : 406);
  if (!settings.sdkVerificationEnabled) return smsRefused(474);
  const given = codeAndPhone(request);
  if (typeof given === 'number') return smsRefused(given);
  return verdictOf(mob.sdkCodes.check(given.to, given.code, mob.clock.now(), settings));
}

/** What sendmsg and checkcode look at first. */
function webApiRefusal(mob: Mob, request: MobRequest): SmsRefusal | undefined {
  const { settings } = mob.account;
  const problem = appKeyProblem(appKeyOf(request), settings);
  if (problem !== undefined) return problem === 'empty' ? 405 : 406;
  if (!isAllowedIp(request, settings)) return 471;
  return settings.webApiEnabled ? undefined : 469;
}

function codeAndPhone(request: MobRequest): SmsRefusal | (Phone & { readonly code: string }) {
  const recipient = recipientOf(request.parameters);
  if (recipient.kind === 'empty') return 456;
  const code = request.parameters.get('code') ?? '';
  if (code === '') return 466;
  return recipient.kind === 'malformed' ? 457 : { ...recipient, code };
}

function verdictOf(check: CodeCheck): Verdict {
  switch (check) {
    case 'approved':
      return ok;
    case 'exhausted':
      return codeRefused(467);
    case 'incorrect':
    case 'gone':
      return codeRefused(468);
  }
}

function appKeyOf(request: MobRequest): string {
  return request.parameters.get('appkey') ?? '';
}

function phoneInApp(to: string, appKey: string): string {
  return `${to} ${appKey}`;
}
