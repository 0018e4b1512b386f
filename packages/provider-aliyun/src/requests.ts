import type { PhoneNumber, TemplateMessage } from '@polysms/core/provider-kit';
import { numberFor } from './numbers.js';
import type { ParsedVerification } from './options.js';
import type { Action } from './signature.js';

/** A template with its values. */
export function sendSms(message: TemplateMessage, signature: string, template: string): Action {
  const { id, to, params } = message;
  const values = Object.fromEntries(params.map(({ name, value }) => [name, value]));
  return {
    name: 'SendSms',
    parameters: {
      PhoneNumbers: numberFor(to),
      SignName: signature,
      TemplateCode: template,
      ...(params.length === 0 ? {} : { TemplateParam: JSON.stringify(values) }),
      // It comes back in reports and lists, and is compared with nothing: the same twice is sent twice.
      OutId: id,
    },
  };
}

/** Rows on one page. Alibaba Cloud gives up to 50, which might be more than an answer may be long: each holds a text. */
export const pageSize = 20;

/** What was sent to a phone on one day. @param day in Beijing, `20250102`. @param page from 1 */
export function querySendDetails(to: PhoneNumber, day: string, page: number): Action {
  return {
    name: 'QuerySendDetails',
    parameters: { PhoneNumber: numberFor(to), SendDate: day, PageSize: `${pageSize}`, CurrentPage: `${page}` },
  };
}

/** Has a code made and sent. A code of ours would be sent as well, and could never be checked. */
export function sendSmsVerifyCode(id: string, to: PhoneNumber, codes: ParsedVerification): Action {
  const { signature, template, codeLength, codeLifetimeMs, intervalMs, scheme } = codes;
  const min = String(codeLifetimeMs / 60_000);
  return {
    name: 'SendSmsVerifyCode',
    parameters: {
      ...phoneAndScheme(to, scheme),
      SignName: signature,
      TemplateCode: template,
      TemplateParam: JSON.stringify({ code: '##code##', min }),
      CodeLength: String(codeLength),
      ValidTime: String(codeLifetimeMs / 1000),
      Interval: String(intervalMs / 1000),
      OutId: id,
    },
  };
}

/** Has a code checked. The scheme must be that of the start. */
export function checkSmsVerifyCode(to: PhoneNumber, code: string, { scheme }: ParsedVerification): Action {
  return { name: 'CheckSmsVerifyCode', parameters: { ...phoneAndScheme(to, scheme), VerifyCode: code } };
}

function phoneAndScheme({ nationalNumber }: PhoneNumber, scheme: string | undefined) {
  const phone = { PhoneNumber: nationalNumber, CountryCode: '86' };
  return scheme === undefined ? phone : { ...phone, SchemeName: scheme };
}
