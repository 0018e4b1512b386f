import type { VendorAnswer } from '@polysms/simulator';
import type { ActionContext } from './action-context.js';
import { phoneKey, phoneOf } from './send-sms.js';

/** Makes a code and sends it. */
export function sendSmsVerifyCode({ account, codes, parameters, request, write }: ActionContext): VendorAnswer {
  const { signature = '示例赠送签名', template = '100001', areLimited = true } = account.settings.codes;
  const phone = phoneOf(parameters.get('PhoneNumber') ?? '');
  if (phone === undefined || !phone.startsWith('+86') || (parameters.get('CountryCode') ?? '86') !== '86') {
    return write.refuse('MOBILE_NUMBER_ILLEGAL');
  }
  if (parameters.get('SignName') !== signature || parameters.get('TemplateCode') !== template) {
    return write.refuse('isv.INVALID_PARAMETERS');
  }
  const { length, validMs, intervalMs } = numbersOf(parameters);
  const values = parameters.get('TemplateParam') ?? '';
  if (!values.includes('##code##') || !(length >= 4 && length <= 8)) return write.refuse('INVALID_PARAMETERS');
  const now = account.world.clock.now();
  const key = keyOf(phone, parameters);
  const before = (codes.get(key) ?? []).filter(({ expiresAt }) => expiresAt > now);
  if (areLimited && before.some(({ sentAt }) => now - sentAt < intervalMs)) {
    return write.refuse('biz.FREQUENCY', { message: 'check frequency failed', fields: { Success: false } });
  }
  const code = account.world.random.digits(length);
  const issued = { code, expiresAt: now + validMs, sentAt: now };
  codes.set(key, parameters.get('DuplicatePolicy') === '2' ? [...before, issued] : [issued]);
  const bizId = account.newBizId();
  const outId = parameters.get('OutId');
  const content = `【${signature}】您的验证码为${code}，${Math.floor(validMs / 60_000)}分钟内有效。`;
  const { id } = request.deliver({ to: phone, from: signature, text: content, code, reference: bizId });
  account.add(id, { phone: phoneKey(phone), bizId, outId, template, content, at: now });
  return write.ok({ Success: true, Model: { BizId: bizId, OutId: outId, RequestId: request.id } }, '成功');
}

/** Checks a code: one that is wrong, expired or superseded is answered alike. */
export function checkSmsVerifyCode({ account, codes, parameters, write }: ActionContext): VendorAnswer {
  const { wrong = 'ValidateFail', areUsedUp = true } = account.settings.codes;
  const phone = phoneOf(parameters.get('PhoneNumber') ?? '');
  const given = parameters.get('VerifyCode') ?? '';
  if (phone === undefined || given === '') return write.refuse('isv.INVALID_PARAMETERS');
  const key = keyOf(phone, parameters);
  const alive = (codes.get(key) ?? []).filter(({ expiresAt }) => expiresAt > account.world.clock.now());
  const isRight = alive.some(({ code }) => code === given);
  if (!isRight && wrong === 'ValidateFail')
    return write.refuse('isv.ValidateFail', { message: `验证码${given}校验失败` });
  if (isRight && areUsedUp) codes.delete(key);
  const result = isRight ? 'PASS' : 'UNKNOWN';
  return write.ok({ Success: true, Model: { OutId: parameters.get('OutId'), VerifyResult: result } }, '成功');
}

function numbersOf(parameters: ReadonlyMap<string, string>) {
  const number = (name: string, byDefault: number) => Number(parameters.get(name) ?? byDefault);
  return {
    length: number('CodeLength', 4),
    validMs: number('ValidTime', 300) * 1000,
    intervalMs: number('Interval', 60) * 1000,
  };
}

/** A check must name the scheme of its start. */
function keyOf(phone: string, parameters: ReadonlyMap<string, string>): string {
  return `${phone} ${parameters.get('SchemeName') ?? ''}`;
}
