import { type IssuedVerification, notSent } from '@polysms/core/provider-kit';
import { checkOutcome, startOutcome } from './answers.js';
import type { Call } from './api.js';
import type { ParsedVerification } from './options.js';
import { checkSmsVerifyCode, sendSmsVerifyCode } from './requests.js';

const longestCode = 32;

const mainlandOnly = notSent('unsupported_destination', 'Alibaba Cloud makes codes for the Chinese mainland only.');

/** Codes that Dypnsapi makes, sends and checks. How many wrong checks one survives is not documented. */
export function aliyunVerification(call: Call, codes: ParsedVerification): IssuedVerification {
  return {
    limits: { lifetimeMs: codes.codeLifetimeMs },
    async start({ id, to }, context) {
      if (to.callingCode !== '86') return mainlandOnly;
      return startOutcome(await call(sendSmsVerifyCode(id, to, codes), context), to, codes.intervalMs);
    },
    async check({ to, code }, context) {
      if (to.callingCode !== '86') return mainlandOnly;
      if (typeof code !== 'string' || code === '' || code.length > longestCode) {
        return notSent('invalid_request', `code: must have 1 to ${longestCode} characters`);
      }
      return checkOutcome(await call(checkSmsVerifyCode(to, code, codes), context), to);
    },
  };
}
