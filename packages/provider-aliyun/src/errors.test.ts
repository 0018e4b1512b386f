import { describeVendorCodes } from '@polysms/conformance';
import { describe, expect, it } from 'vitest';
import { abroad, type Bench, code, context, startAliyun, to } from './aliyun.test.fixture.js';
import { errorCodes } from './errors.js';

/** As the vendor's tables were read, by outcome, without `isv.` and `isp.`. */
const byOutcome: Readonly<Record<string, string>> = {
  'refused invalid_phone_number': 'MOBILE_NUMBER_ILLEGAL',
  'refused invalid_request':
    'INVALID_PARAMETERS INVALID_JSON_PARAM MOBILE_COUNT_OVER_LIMIT UnsupportedHTTPMethod UnsupportedParameter InvalidProtocol.NeedSsl',
  'refused recipient_blocked': 'BLACK_KEY_CONTROL_LIMIT CUSTOMER_REFUSED',
  'refused content_rejected':
    'SMS_CONTENT_ILLEGAL UNSUPPORTED_CONTENT SMS_CONTENT_MISMATCH_TEMPLATE_TYPE PARAM_NOT_SUPPORT_URL SMS_SECURITY_INTERCEPTED',
  'refused template_rejected':
    'SMS_TEMPLATE_ILLEGAL TEMPLATE_MISSING_PARAMETERS TEMPLATE_PARAMS_ILLEGAL PARAM_LENGTH_LIMIT template_parameter_count_illegal DOMESTIC_NUMBER_NOT_SUPPORTED SMS_TEST_SIGN_TEMPLATE_LIMIT SMS_TEST_TEMPLATE_PARAMS_ILLEGAL TemplateNotFound SMS_CONTENT_CODE_ILLEGAL CONTENT_MISSING_PARAMETERS',
  'refused sender_rejected':
    'SMS_SIGNATURE_ILLEGAL SMS_SIGN_ILLEGAL SMS_SIGN_NAME_ILLEGAL SIGN_NAME_ILLEGAL SIGN_STATE_ILLEGAL SIGN_SOURCE_ILLEGAL SMS_SIGN_EMOJI_ILLEGAL SMS_SIGNATURE_SCENE_ILLEGAL SIGNATURE_BLACKLIST SignatureNotFound PORT_NOT_REGISTERED EXTEND_CODE_ERROR ONE_CODE_MULTIPLE_SIGN CODE_EXCEED_LIMIT CODE_ERROR INVALID_SENDERID',
  'refused unsupported_destination': 'NOT_SUPPORTED_COUNTRY',
  'refused recipient_rate_limited': 'BUSINESS_LIMIT_CONTROL biz.FREQUENCY FREQUENCY_FAIL',
  'refused rate_limited': 'DAY_LIMIT_CONTROL MONTH_LIMIT_CONTROL QPS_LIMIT_CONTROL Throttling',
  'refused ip_not_allowed': 'DENY_IP_RANGE',
  'refused insufficient_balance': 'AMOUNT_NOT_ENOUGH OUT_OF_SERVICE InsufficientBalance',
  'refused authentication_failed':
    'ACCOUNT_NOT_EXISTS SignatureDoesNotMatch IncompleteSignature InvalidSignatureMethod InvalidAccessKeyId InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive MissingAccessKeyId InvalidTimeStamp.Expired InvalidTimeStamp.Format IllegalTimestamp MissingTimestamp',
  'refused permission_denied':
    'RAM_PERMISSION_DENY PRODUCT_UN_SUBSCRIPT PRODUCT_UNSUBSCRIBE PRODUCT_NOT_SUBSCRIBED ACCOUNT_ABNORMAL ACCOUNT_ILLEGAL SECURITY_FROZEN_ACCOUNT SMS_TEST_NUMBER_LIMIT FORBIDDEN_ACTION FUNCTION_NOT_OPENED Forbidden ActionUnauthorized InvalidVersion NoSuchVersion InvalidAction InvalidAction.NotFound InvalidApi.NotFound InvalidProduct.NotFound',
  'unknown provider_unavailable': 'SYSTEM_ERROR GATEWAY_ERROR ONLINE_BILLING_FAILED InternalError ServiceUnavailable',
  'unknown network_error': 'SignatureNonceUsed',
};

const documented = Object.fromEntries(
  Object.entries(byOutcome).flatMap(([outcome, codes]) => codes.split(' ').map((each) => [each, outcome])),
);

async function outcomeOf(body: object, httpStatus = 200, message: Parameters<Bench['provider']['send']>[0] = code) {
  const { provider, answer } = await startAliyun();
  answer(body, httpStatus);
  return provider.send(message, context());
}

describeVendorCodes('the codes of Aliyun', {
  test: { describe, it },
  table: errorCodes,
  documented,
  undocumented: [
    '',
    'ok',
    'Ok',
    'OK ',
    'isv.OK',
    'SUCCESS',
    '200',
    'toString',
    'constructor',
    'isv.',
    'isp.',
    'isv.SMS_OVER_LIMIT',
  ],
  outcomeOf: (each) => outcomeOf({ Code: each, Message: 'OK', BizId: '1^0' }),
});

describe('the codes with their prefixes, as the dialect answers them', async () => {
  it('are those of the table', async () => {
    const { simulator, provider } = await startAliyun();
    const [vendor] = simulator.vendors;
    const families: Readonly<Record<string, string>> = {
      'Throttling.User': 'Throttling',
      'Forbidden.RAM': 'Forbidden',
      MissingPhoneNumbers: 'INVALID_PARAMETERS',
      InvalidParameter: 'INVALID_PARAMETERS',
    };
    const answers = vendor?.answers.map(({ name }) => name).filter((name) => name !== 'isv.ValidateFail') ?? [];
    expect(answers.length).toBeGreaterThan(80);
    for (const name of answers) {
      simulator.fail({ kind: 'answer', name });
      const outcome = await provider.send(code, context());
      const plain = families[name] ?? name.replace(/^is[vp]\./, '');
      expect([name, `${outcome.outcome} ${'code' in outcome && outcome.code}`]).toEqual([name, documented[plain]]);
      expect(outcome).toMatchObject({ providerCode: name });
    }
  });
});

describe('what decides besides the code', () => {
  it.each([
    ['触发分钟级流控Permits:1', 60_000],
    ['触发小时级流控Permits:5', 3_600_000],
    ['触发天级流控Permits:10', 86_400_000],
    ['触发流控', undefined],
  ])('the window in %s', async (Message, retryAfterMs) => {
    const outcome = await outcomeOf({ Code: 'isv.BUSINESS_LIMIT_CONTROL', Message });
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'recipient_rate_limited' });
    expect('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
  });

  it('the country, for a block list that is one of words abroad', async () => {
    const body = { Code: 'isv.BLACK_KEY_CONTROL_LIMIT' };
    expect(await outcomeOf(body)).toMatchObject({ code: 'recipient_blocked' });
    expect(await outcomeOf(body, 200, { ...code, to: abroad })).toMatchObject({ code: 'content_rejected' });
  });

  it.each([500, 502, 503])('HTTP %i: no code but Throttling is believed', async (status) => {
    for (const Code of ['isv.MOBILE_NUMBER_ILLEGAL', 'OK', 'Throttled', 'SignatureDoesNotMatch']) {
      expect(await outcomeOf({ Code }, status)).toMatchObject({ outcome: 'unknown' });
    }
    expect(await outcomeOf({ Code: 'Throttling.User' }, status)).toMatchObject({
      outcome: 'refused',
      code: 'rate_limited',
    });
  });

  it.each([302, 400, 404, 500])('HTTP %i: OK is no success', async (status) => {
    expect(await outcomeOf({ Code: 'OK', BizId: '1^0' }, status)).toMatchObject({
      outcome: 'unknown',
      code: 'invalid_response',
    });
  });

  it('families of codes: isp., Throttling., Forbidden., tokens, and parameters', async () => {
    const codes = [
      'isp.ANYTHING',
      'Throttling.Api',
      'Forbidden.RiskControl',
      'InvalidSecurityToken.Expired',
      'MissingSignName',
    ];
    const outcomes = [];
    for (const Code of codes) outcomes.push(await outcomeOf({ Code }, 400));
    expect(outcomes.map((each) => `${each.outcome} ${'code' in each && each.code}`)).toEqual([
      'unknown provider_unavailable',
      'refused rate_limited',
      'refused permission_denied',
      'refused authentication_failed',
      'refused invalid_request',
    ]);
  });

  it('nothing of an answer without a code: HTTP alone', async () => {
    for (const body of [
      {},
      { Code: 7 },
      { Code: '' },
      { Code: 'the phone 13800138000' },
      [],
      '<html>',
      '{"Code":"OK"',
    ]) {
      expect(await outcomeOf(body as object)).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    }
    expect(await outcomeOf({}, 403)).toMatchObject({ outcome: 'refused', code: 'permission_denied' });
  });

  it('a check: every code but ValidateFail leaves the code unjudged', async () => {
    const { provider, simulator } = await startAliyun();
    for (const [name, outcome] of Object.entries({
      'isv.ValidateFail': 'incorrect',
      'isv.OUT_OF_SERVICE': 'refused',
      'isp.SYSTEM_ERROR': 'unknown',
      SignatureNonceUsed: 'unknown',
    })) {
      simulator.fail({ kind: 'answer', name });
      expect((await provider.verification?.check({ to, code: '1234' }, context()))?.outcome).toBe(outcome);
    }
  });
});
