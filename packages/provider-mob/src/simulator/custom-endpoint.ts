import { appKeyProblem, isAllowedIp, isEnabledZone, recipientOf } from './checks.js';
import type { MobRequest, Verdict } from './endpoints.js';
import type { Mob } from './mob.js';
import type { Settings } from './settings-schema.js';
import { customRefused, ok } from './statuses.js';
import { lengthInCharacters, render, renderUnknown, reservedNames, templateNumberPattern } from './templates.js';

/** What /custom/msg answers. Its key is `appKey`: `appkey` is a variable too many. */
export function customVerdict(mob: Mob, request: MobRequest): Verdict {
  const { account, limits } = mob;
  const { settings } = account;
  const { parameters } = request;
  const now = mob.clock.now();
  const appKey = parameters.get('appKey') ?? '';
  const problem = appKeyProblem(appKey, settings);
  if (problem !== undefined) return customRefused(problem === 'empty' ? 201 : 203);
  if (!isAllowedIp(request, settings)) return customRefused(214);
  if (!settings.accountNormal || limits.isSuspended(appKey, now)) return customRefused(211);
  if (!settings.customEnabled) return customRefused(212);
  if ((parameters.get('templateCode') ?? '') === '') return customRefused(202);
  const recipient = recipientOf(parameters);
  if (recipient.kind === 'empty') return customRefused(204);
  if (recipient.kind === 'malformed') return customRefused(205);
  const { to, zone, phone } = recipient;
  if (settings.blockedPhones.includes(to)) return customRefused(210);
  if (!isEnabledZone(zone, settings)) return customRefused(221);
  const text = textOf(request, settings);
  if (typeof text === 'number') return customRefused(text);
  if (!account.hasBalance) return customRefused(213);
  const limit = limits.customRefusal({ appKey, to }, now, settings.limits);
  if (limit !== undefined) return customRefused(limit);

  account.charge();
  limits.countCustom({ appKey, to }, now, settings.limits);
  mob.deliver({ to, zone, phone, text, endpoint: '/custom/msg', receivedAt: now }, request.id);
  return ok;
}

/** The text that the phone would receive, or the status that says why there is none. */
function textOf(request: MobRequest, settings: Settings): string | 206 | 207 | 208 | 209 | 215 | 222 {
  const number = request.parameters.get('templateCode') ?? '';
  if (!templateNumberPattern.test(number)) return 207;
  const template = Object.hasOwn(settings.templates, number) ? settings.templates[number] : undefined;
  if (template === undefined && !settings.anyTemplate) return 206;
  const values = new Map([...request.parameters].filter(([name]) => !reservedNames.includes(name)));
  const valueMaxLength = settings.templateValueMaxLength;
  const rendering =
    template === undefined ? renderUnknown(number, values, valueMaxLength) : render(template, values, valueMaxLength);
  switch (rendering.kind) {
    case 'misfit':
      return 208;
    case 'value-too-long':
      return 215;
    case 'rendered':
      if (settings.sensitiveWords.some((word) => rendering.text.includes(word))) return 209;
      // How long an unknown template's text would be nobody can say.
      if (template !== undefined && lengthInCharacters(rendering.text) > settings.textMaxLength) return 222;
      return rendering.text;
  }
}
