import {
  type PhoneNumber,
  type Refused,
  refused,
  type Unknown,
  unknown,
  type VendorCode,
  type VendorCodes,
  vendorCodes,
} from '@polysms/core/provider-kit';

/**
 * Every code that a send, a check or a look-up can get, without its prefix `isv.` or `isp.`.
 * Sources: the vendor's error codes of SendSms, its international error codes, and those of its API gateway.
 */
export const errorCodes: VendorCodes = vendorCodes([
  [['MOBILE_NUMBER_ILLEGAL'], 'invalid_phone_number', 'Aliyun calls the phone number malformed.'],
  [
    words`INVALID_PARAMETERS INVALID_JSON_PARAM MOBILE_COUNT_OVER_LIMIT UnsupportedHTTPMethod UnsupportedParameter
      InvalidProtocol.NeedSsl`,
    'invalid_request',
    'Aliyun calls the request malformed.',
  ],
  [words`BLACK_KEY_CONTROL_LIMIT CUSTOMER_REFUSED`, 'recipient_blocked', 'The phone takes no such messages.'],
  [
    words`SMS_CONTENT_ILLEGAL UNSUPPORTED_CONTENT SMS_CONTENT_MISMATCH_TEMPLATE_TYPE PARAM_NOT_SUPPORT_URL
      SMS_SECURITY_INTERCEPTED`,
    'content_rejected',
    'Aliyun does not let the values of the message pass.',
  ],
  [
    words`SMS_TEMPLATE_ILLEGAL TEMPLATE_MISSING_PARAMETERS TEMPLATE_PARAMS_ILLEGAL PARAM_LENGTH_LIMIT
      template_parameter_count_illegal DOMESTIC_NUMBER_NOT_SUPPORTED SMS_TEST_SIGN_TEMPLATE_LIMIT
      SMS_TEST_TEMPLATE_PARAMS_ILLEGAL TemplateNotFound SMS_CONTENT_CODE_ILLEGAL CONTENT_MISSING_PARAMETERS`,
    'template_rejected',
    'Aliyun does not know the template, has not approved it for this phone, or its parameters do not fit.',
  ],
  [
    words`SMS_SIGNATURE_ILLEGAL SMS_SIGN_ILLEGAL SMS_SIGN_NAME_ILLEGAL SIGN_NAME_ILLEGAL SIGN_STATE_ILLEGAL
      SIGN_SOURCE_ILLEGAL SMS_SIGN_EMOJI_ILLEGAL SMS_SIGNATURE_SCENE_ILLEGAL SIGNATURE_BLACKLIST SignatureNotFound
      PORT_NOT_REGISTERED EXTEND_CODE_ERROR ONE_CODE_MULTIPLE_SIGN CODE_EXCEED_LIMIT CODE_ERROR INVALID_SENDERID`,
    'sender_rejected',
    'Aliyun does not know the signature, or it is not filed or not allowed for this message.',
  ],
  [['NOT_SUPPORTED_COUNTRY'], 'unsupported_destination', 'The account cannot send to this country.'],
  [words`BUSINESS_LIMIT_CONTROL biz.FREQUENCY FREQUENCY_FAIL`, 'recipient_rate_limited', 'The phone has had too many.'],
  [
    words`DAY_LIMIT_CONTROL MONTH_LIMIT_CONTROL QPS_LIMIT_CONTROL Throttling`,
    'rate_limited',
    'The quota or the rate of the account is used up.',
  ],
  [['DENY_IP_RANGE'], 'ip_not_allowed', 'The address of this machine is outside the Chinese mainland.'],
  [words`AMOUNT_NOT_ENOUGH OUT_OF_SERVICE InsufficientBalance`, 'insufficient_balance', 'The account has no money.'],
  [
    words`ACCOUNT_NOT_EXISTS SignatureDoesNotMatch IncompleteSignature InvalidSignatureMethod InvalidAccessKeyId
      InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive MissingAccessKeyId`,
    'authentication_failed',
    'Alibaba Cloud does not know the AccessKey, or its secret does not fit.',
  ],
  [
    words`InvalidTimeStamp.Expired InvalidTimeStamp.Format IllegalTimestamp MissingTimestamp`,
    'authentication_failed',
    'Alibaba Cloud calls the time of the request wrong; check the clock of this machine.',
  ],
  [
    words`RAM_PERMISSION_DENY PRODUCT_UN_SUBSCRIPT PRODUCT_UNSUBSCRIBE PRODUCT_NOT_SUBSCRIBED ACCOUNT_ABNORMAL
      ACCOUNT_ILLEGAL SECURITY_FROZEN_ACCOUNT SMS_TEST_NUMBER_LIMIT FORBIDDEN_ACTION FUNCTION_NOT_OPENED Forbidden
      ActionUnauthorized`,
    'permission_denied',
    'The account or its RAM user may not do this: see its rights, and whether the product is activated.',
  ],
  [
    words`InvalidVersion NoSuchVersion InvalidAction InvalidAction.NotFound InvalidApi.NotFound
      InvalidProduct.NotFound`,
    'permission_denied',
    'The base URL serves another product of Alibaba Cloud, or another version.',
  ],
  // Nobody knows whether the message was taken.
  [
    words`SYSTEM_ERROR GATEWAY_ERROR ONLINE_BILLING_FAILED InternalError ServiceUnavailable`,
    'provider_unavailable',
    'Alibaba Cloud failed inside, and may have taken the message.',
    'unknown',
  ],
  // Each nonce is new: only a copy of the request can have used it, and that copy arrived.
  [['SignatureNonceUsed'], 'network_error', 'A copy of the request arrived before.', 'unknown'],
]);

/** Codes that are not listed one by one mean what another one means. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^isp\./, 'SYSTEM_ERROR'],
  [/^Throttling\./, 'Throttling'],
  [/^Forbidden\./, 'Forbidden'],
  // How the gateway calls a token that is wrong or has expired is not documented.
  [/^InvalidSecurityToken\b/, 'InvalidAccessKeyId'],
  [/^(?:Missing|Invalid)[A-Z]/, 'INVALID_PARAMETERS'],
];

/** The meaning of a code; undefined if nobody has documented it. */
export function meaningOf(providerCode: string): VendorCode | undefined {
  const [, another = ''] = families.find(([pattern]) => pattern.test(providerCode)) ?? [];
  return errorCodes.get(providerCode.replace(/^is[vp]\./, '')) ?? errorCodes.get(another);
}

/** What an answer that is no `OK` means. @param sentence which may repeat number and code: it is never passed on */
export function failureOf(
  providerCode: string,
  { callingCode }: PhoneNumber,
  sentence: string,
  retryAfterMs: number | undefined,
): Refused | Unknown {
  // On the mainland a number is on the list; abroad a word in a value is.
  if (providerCode.endsWith('BLACK_KEY_CONTROL_LIMIT') && callingCode !== '86') {
    return refused('content_rejected', 'A value holds a word that Aliyun does not let pass.', { providerCode });
  }
  const { outcome, code, message } = meaningOf(providerCode) ?? undocumented;
  if (outcome === 'unknown') return unknown(code, message, { providerCode });
  const waitMs = code === 'recipient_rate_limited' ? windowIn(sentence) : retryAfterMs;
  return refused(code, message, waitMs === undefined ? { providerCode } : { providerCode, retryAfterMs: waitMs });
}

const undocumented: VendorCode = {
  outcome: 'unknown',
  code: 'unrecognized_provider_code',
  message: 'Aliyun answered with a code that is not documented.',
};

/** `触发分钟级流控Permits:1`: which of its windows the phone has filled. */
function windowIn(sentence: string): number | undefined {
  if (sentence.includes('分钟级')) return 60_000;
  if (sentence.includes('小时级')) return 60 * 60_000;
  return sentence.includes('天级') ? 24 * 60 * 60_000 : undefined;
}

function words({ raw }: TemplateStringsArray): readonly string[] {
  return raw.join('').split(/\s+/);
}
