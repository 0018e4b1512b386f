import type { VendorAnswer, VendorStatus } from '@polysms/simulator';
import { meaningOf } from '../errors.js';

/** Verdicts of the product, which come with HTTP 200; all with the prefix `isv.` that has none here. */
const verdicts = `MOBILE_NUMBER_ILLEGAL INVALID_PARAMETERS INVALID_JSON_PARAM MOBILE_COUNT_OVER_LIMIT
BLACK_KEY_CONTROL_LIMIT CUSTOMER_REFUSED SMS_CONTENT_ILLEGAL UNSUPPORTED_CONTENT SMS_CONTENT_MISMATCH_TEMPLATE_TYPE
PARAM_NOT_SUPPORT_URL SMS_TEMPLATE_ILLEGAL TEMPLATE_MISSING_PARAMETERS TEMPLATE_PARAMS_ILLEGAL PARAM_LENGTH_LIMIT
DOMESTIC_NUMBER_NOT_SUPPORTED SMS_TEST_SIGN_TEMPLATE_LIMIT SMS_TEST_TEMPLATE_PARAMS_ILLEGAL SMS_SIGNATURE_ILLEGAL
SMS_SIGN_ILLEGAL SMS_SIGN_NAME_ILLEGAL SIGN_NAME_ILLEGAL SIGN_STATE_ILLEGAL SIGN_SOURCE_ILLEGAL SMS_SIGN_EMOJI_ILLEGAL
SMS_SIGNATURE_SCENE_ILLEGAL EXTEND_CODE_ERROR ONE_CODE_MULTIPLE_SIGN CODE_EXCEED_LIMIT CODE_ERROR
BUSINESS_LIMIT_CONTROL DAY_LIMIT_CONTROL MONTH_LIMIT_CONTROL DENY_IP_RANGE AMOUNT_NOT_ENOUGH OUT_OF_SERVICE
ACCOUNT_NOT_EXISTS PRODUCT_UN_SUBSCRIPT PRODUCT_UNSUBSCRIBE ACCOUNT_ABNORMAL SECURITY_FROZEN_ACCOUNT
SMS_TEST_NUMBER_LIMIT`.split(/\s+/);

const bareVerdicts = `template_parameter_count_illegal TemplateNotFound SIGNATURE_BLACKLIST SignatureNotFound
PORT_NOT_REGISTERED isp.RAM_PERMISSION_DENY isp.SYSTEM_ERROR isp.GATEWAY_ERROR QPS_LIMIT_CONTROL RAM_PERMISSION_DENY
PRODUCT_NOT_SUBSCRIBED FORBIDDEN_ACTION ACCOUNT_ILLEGAL NOT_SUPPORTED_COUNTRY SMS_CONTENT_CODE_ILLEGAL
CONTENT_MISSING_PARAMETERS INVALID_SENDERID SMS_SECURITY_INTERCEPTED SYSTEM_ERROR ONLINE_BILLING_FAILED biz.FREQUENCY
FREQUENCY_FAIL FUNCTION_NOT_OPENED`.split(/\s+/);

/** Refusals of the gateway, with their HTTP status. */
const gateway: Readonly<Record<string, number>> = {
  SignatureDoesNotMatch: 400,
  IncompleteSignature: 400,
  InvalidSignatureMethod: 400,
  InvalidAccessKeyId: 400,
  'InvalidAccessKeyId.NotFound': 404,
  'InvalidAccessKeyId.Inactive': 400,
  MissingAccessKeyId: 400,
  'InvalidTimeStamp.Expired': 400,
  'InvalidTimeStamp.Format': 400,
  IllegalTimestamp: 400,
  MissingTimestamp: 400,
  SignatureNonceUsed: 400,
  Throttling: 400,
  'Throttling.User': 400,
  Forbidden: 403,
  'Forbidden.RAM': 403,
  ActionUnauthorized: 403,
  InvalidVersion: 400,
  NoSuchVersion: 400,
  InvalidAction: 400,
  'InvalidAction.NotFound': 404,
  'InvalidApi.NotFound': 404,
  'InvalidProduct.NotFound': 404,
  InsufficientBalance: 400,
  MissingPhoneNumbers: 400,
  InvalidParameter: 400,
  UnsupportedHTTPMethod: 400,
  UnsupportedParameter: 400,
  'InvalidProtocol.NeedSsl': 400,
  InternalError: 500,
  ServiceUnavailable: 503,
  // The product's own, but with the gateway's HTTP status.
  'isv.ValidateFail': 400,
};

/** Every answer that a fault can produce, `OK` aside. */
export const aliyunAnswers: readonly VendorStatus[] = [
  ...verdicts.map((name) => `isv.${name}`),
  ...bareVerdicts,
  ...Object.keys(gateway),
].map((name) => ({ name, meaning: meaningOf(name)?.message ?? 'The code is wrong, expired or superseded.' }));

/** What an answer says besides its code. */
interface Words {
  readonly message?: string | undefined;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Writes answers as the gateway does: as XML, unless JSON was asked for. */
export class AnswerWriter {
  readonly #isJson: boolean;
  readonly #requestId: string;

  constructor(isJson: boolean, requestId: string) {
    this.#isJson = isJson;
    this.#requestId = requestId;
  }

  ok(fields: Readonly<Record<string, unknown>>, message = 'OK'): VendorAnswer {
    return this.#write(200, { Message: message, RequestId: this.#requestId, Code: 'OK', ...fields }, 'OK');
  }

  refuse(name: string, { message = `Simulated: ${name}.`, fields = {}, headers = {} }: Words = {}): VendorAnswer {
    const common = { RequestId: this.#requestId, Message: message };
    const status = gateway[name];
    if (status === undefined) return this.#write(200, { ...common, Code: name, ...fields }, name);
    const host = { HostId: 'dysmsapi.aliyuncs.com', Code: name };
    const recommend = `https://api.aliyun.com/troubleshoot?q=${name}`;
    return this.#write(status, { ...common, ...host, Recommend: recommend, ...fields }, name, headers);
  }

  #write(status: number, fields: Readonly<Record<string, unknown>>, name: string, headers = {}): VendorAnswer {
    const common = { status, name, headers: { ...headers, 'x-acs-request-id': this.#requestId } };
    if (this.#isJson) {
      return { ...common, contentType: 'application/json;charset=utf-8', body: JSON.stringify(fields) };
    }
    const root = status === 200 ? 'Response' : 'Error';
    const body = `<?xml version='1.0' encoding='UTF-8'?><${root}>${xmlOf(fields)}</${root}>`;
    return { ...common, contentType: 'text/xml;charset=utf-8', body };
  }
}

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(xmlOf).join('');
  if (typeof value !== 'object' || value === null) {
    return String(value ?? '').replaceAll(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);
  }
  return Object.entries(value)
    .flatMap(([name, inner]) => (Array.isArray(inner) ? inner : [inner]).map((each) => [name, each] as const))
    .map(([name, inner]) => `<${name}>${xmlOf(inner)}</${name}>`)
    .join('');
}
