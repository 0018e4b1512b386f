import { safeParsePhoneNumber } from '@polysms/core/provider-kit';
import type { VendorAnswer } from '@polysms/simulator';
import type { ActionContext } from './action-context.js';
import type { Settings } from './settings.js';

type Template = Settings['templates'][string];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Number, signature, template, parameters, block list, limits, balance: in this order. */
export function sendSms({ account, parameters, request, write }: ActionContext): VendorAnswer {
  const { settings } = account;
  const number = parameters.get('PhoneNumbers') ?? '';
  const phone = phoneOf(number);
  if (phone === undefined)
    return write.refuse('isv.MOBILE_NUMBER_ILLEGAL', { message: `${number}invalid mobile number` });
  const signature = parameters.get('SignName') ?? '';
  const signatureState = own(settings.signatures, signature);
  if (signatureState === undefined) return write.refuse('isv.SMS_SIGNATURE_ILLEGAL');
  if (signatureState !== 'approved') return write.refuse('isv.SIGN_STATE_ILLEGAL');
  const code = parameters.get('TemplateCode') ?? '';
  const template = own(settings.templates, code);
  if (template === undefined || template.state !== 'approved') return write.refuse('isv.SMS_TEMPLATE_ILLEGAL');
  const isMainland = phone.startsWith('+86');
  if (isMainland && template.kind === 'international') return write.refuse('isv.DOMESTIC_NUMBER_NOT_SUPPORTED');
  if (!isMainland && template.kind !== 'international') return write.refuse('isv.SMS_TEMPLATE_ILLEGAL');
  const rendered = render(template, parameters.get('TemplateParam'));
  if (typeof rendered === 'string') return write.refuse(rendered);
  if (settings.blockedPhones.includes(phone)) return write.refuse('isv.BLACK_KEY_CONTROL_LIMIT');
  const limits = isMainland ? limitsOf(settings, template, `${phone} ${signature}`, code) : [];
  const filled = limits.find(({ key, windowMs, most }) => account.countOf(key, windowMs) >= most);
  if (filled !== undefined) {
    const message = `触发${filled.word}流控Permits:${filled.most}`;
    return write.refuse('isv.BUSINESS_LIMIT_CONTROL', { message });
  }
  if (account.balance < 1) return write.refuse('isv.AMOUNT_NOT_ENOUGH');
  account.balance -= 1;
  for (const key of new Set(limits.map((limit) => limit.key))) account.count(key);
  const content = `【${signature}】${rendered.text}`;
  const bizId = account.newBizId();
  const failing = own(settings.receipts, phone);
  const { id } = request.deliver({
    to: phone,
    from: signature,
    text: content,
    reference: bizId,
    ...(failing === undefined ? {} : { failed: { state: 'undelivered', providerCode: failing } as const }),
  });
  const at = account.world.clock.now();
  account.add(id, { phone: phoneKey(phone), bizId, outId: parameters.get('OutId'), template: code, content, at });
  return write.ok({ BizId: bizId });
}

/** E.164 of a number as the vendor takes it: the mainland with or without calling code, the rest with it. */
export function phoneOf(written: string): string | undefined {
  const mainland = /^(?:\+?86|0086)?(1[3-9]\d{9})$/.exec(written)?.[1];
  if (mainland !== undefined) return `+86${mainland}`;
  if (!/^\d{6,15}$/.test(written)) return undefined;
  const parsed = safeParsePhoneNumber(`+${written}`);
  return parsed.valid ? parsed.phone.e164 : undefined;
}

/** As lists and receipts show it. */
export function phoneKey(phone: string): string {
  return phone.startsWith('+86') ? phone.slice(3) : phone.slice(1);
}

function limitsOf({ limits }: Settings, { kind }: Template, to: string, code: string) {
  const { codesPerMinute = 1, codesPerHour = 5, codesPerDay = 10, othersPerDay = 50 } = limits;
  if (kind !== 'code') return [{ key: `other ${to} ${code}`, windowMs: dayMs, most: othersPerDay, word: '天级' }];
  const key = `code ${to}`;
  return [
    { key, windowMs: minuteMs, most: codesPerMinute, word: '分钟级' },
    { key, windowMs: hourMs, most: codesPerHour, word: '小时级' },
    { key, windowMs: dayMs, most: codesPerDay, word: '天级' },
  ];
}

/** The text of a template, or the code of what is wrong with its values. */
function render({ text, kind }: Template, written: string | undefined): { readonly text: string } | string {
  const values = valuesIn(written ?? '{}');
  if (values === undefined) return 'isv.INVALID_JSON_PARAM';
  let problem: string | undefined;
  const rendered = text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = values.get(name);
    problem ??= value === undefined ? 'isv.TEMPLATE_MISSING_PARAMETERS' : problemOf(value, kind);
    return value ?? '';
  });
  return problem ?? { text: rendered };
}

function problemOf(value: string, kind: Template['kind']): string | undefined {
  if (kind === 'code') return /^[a-zA-Z\d]{4,6}$/.test(value) ? undefined : 'isv.TEMPLATE_PARAMS_ILLEGAL';
  if (value.length < 1 || value.length > 35) return 'isv.PARAM_LENGTH_LIMIT';
  if (/https?:\/\//i.test(value)) return 'isv.PARAM_NOT_SUPPORT_URL';
  return /\p{Extended_Pictographic}/u.test(value) ? 'isv.UNSUPPORTED_CONTENT' : undefined;
}

function valuesIn(written: string): ReadonlyMap<string, string> | undefined {
  try {
    const values: unknown = JSON.parse(written);
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
    const entries = Object.entries(values);
    return entries.every(([, value]) => typeof value === 'string') ? new Map(entries) : undefined;
  } catch {
    return undefined;
  }
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
