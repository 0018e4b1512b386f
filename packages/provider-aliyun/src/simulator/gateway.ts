import type { RequestHead, VendorAnswer, VendorRequest } from '@polysms/simulator';
import type { Account } from './account.js';
import type { ActionContext } from './action-context.js';
import { AnswerWriter } from './answers.js';
import type { CodeBook } from './code-book.js';
import { checkSmsVerifyCode, sendSmsVerifyCode } from './codes.js';
import { querySendDetails } from './send-details.js';
import { sendSms } from './send-sms.js';
import { type ApiCall, apiCallOf, checkSignature, claimsOf } from './signatures.js';

type ActionHandler = (context: ActionContext) => VendorAnswer;

const actions: ReadonlyMap<string, ActionHandler> = new Map([
  ['SendSms', sendSms],
  ['QuerySendDetails', querySendDetails],
  ['SendSmsVerifyCode', sendSmsVerifyCode],
  ['CheckSmsVerifyCode', checkSmsVerifyCode],
]);

/**
 * What a fault can be for: an action, or else the address itself. By the old signature a call may name its action in the
 * body, which a fault can come before.
 */
export const endpoints: readonly string[] = [...actions.keys(), '/'];

/** The endpoint of a call to the address. */
export function endpointOf({ headers, query }: RequestHead): string {
  const action = headers['x-acs-action'] ?? new URLSearchParams(query).get('Action');
  return typeof action === 'string' && actions.has(action) ? action : '/';
}

/** Answers a request: the gateway's checks in their order, and then the product's. */
export function answerCall(account: Account, codes: CodeBook, request: VendorRequest): VendorAnswer {
  const call = apiCallOf(request);
  const write = writerFor(account, request, call);
  if (call === undefined) return write.refuse('InvalidParameter');
  const refusal = refusalOf(account, call, write);
  if (refusal !== undefined) return refusal;
  const handle = actions.get(claimsOf(call).action ?? '');
  if (handle === undefined) return write.refuse('InvalidAction.NotFound');
  return handle({ account, codes, request, parameters: call.parameters, write });
}

export function writerFor({ world }: Account, { headers }: VendorRequest, call: ApiCall | undefined): AnswerWriter {
  const format = call?.parameters.get('Format')?.toLowerCase();
  const isJson = format === 'json' || headers.accept?.includes('application/json') === true;
  return new AnswerWriter(isJson, world.random.hex(32));
}

function refusalOf(account: Account, call: ApiCall, write: AnswerWriter): VendorAnswer | undefined {
  const { settings, world } = account;
  const { action, version, keyId, time, nonce, token } = claimsOf(call);
  const { method } = call.request;
  if (method !== 'POST' && !(method === 'GET' && call.style === 'v1')) return write.refuse('UnsupportedHTTPMethod');
  if (version !== '2017-05-25') return write.refuse('InvalidVersion');
  if (!actions.has(action ?? '')) return write.refuse('InvalidAction.NotFound');
  if (keyId === undefined) return write.refuse('MissingAccessKeyId');
  if (keyId !== settings.accessKeyId) return write.refuse('InvalidAccessKeyId.NotFound');
  // Which name the gateway has for a wrong token is not documented.
  if ((token ?? null) !== settings.securityToken) return write.refuse('InvalidAccessKeyId.NotFound');
  if (time === undefined) return write.refuse('MissingTimestamp');
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(time)) return write.refuse('InvalidTimeStamp.Format');
  if (!(Math.abs(Date.parse(time) - world.clock.now()) <= 15 * 60_000)) return write.refuse('InvalidTimeStamp.Expired');
  if (nonce === undefined || !account.takesNonce(nonce)) return write.refuse('SignatureNonceUsed');
  const { isRight, stringToSign } = checkSignature(call, settings.accessKeySecret);
  if (isRight) return undefined;
  const message = `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`;
  return write.refuse('SignatureDoesNotMatch', { message });
}
