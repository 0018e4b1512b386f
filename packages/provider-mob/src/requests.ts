import { type HttpRequest, type PhoneNumber, type TemplateMessage, templateProblem } from '@polysms/core/provider-kit';

const headers = {
  accept: 'application/json',
  'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  'user-agent': 'polysms',
} as const;

/** `POST /sms/sendmsg`: Mob makes a code and sends it. */
export function sendmsg(appKey: string, to: PhoneNumber, templateCode: string | undefined): HttpRequest {
  const fields = { appkey: appKey, ...recipient(to), ...(templateCode === undefined ? {} : { templateCode }) };
  return post('/sms/sendmsg', new URLSearchParams(fields));
}

/** `POST /sms/checkcode` judges the codes of sendmsg; `POST /sms/verify` those of Mob's mobile SDK, and only those. */
export function checkCode(
  path: '/sms/checkcode' | '/sms/verify',
  appKey: string,
  to: PhoneNumber,
  code: string,
): HttpRequest {
  return post(path, new URLSearchParams({ appkey: appKey, ...recipient(to), code }));
}

/** `POST /custom/msg`: an approved template. Note `appKey` with a capital K, here only. */
export function customMessage(appKey: string, message: TemplateMessage): HttpRequest {
  const fields = new URLSearchParams({ appKey, templateCode: message.template, ...recipient(message.to) });
  for (const { name, value } of message.params) fields.append(name, value);
  return post('/custom/msg', fields);
}

/** The names that custom/msg uses itself; a template variable of such a name would change the request. */
const reserved: ReadonlySet<string> = new Set(['appKey', 'appkey', 'templateCode', 'zone', 'phone']);

/** What is wrong with a message, before Mob is asked; undefined if nothing is. */
export function messageProblem(message: TemplateMessage): string | undefined {
  const problem = templateProblem(message);
  if (problem !== undefined) return problem;
  const taken = message.params.find(({ name }) => reserved.has(name));
  return taken && `params: Mob reserves the name ${taken.name}; rename the variable in the template`;
}

/** `zone` is the calling code in digits, `phone` the national number. */
function recipient(to: PhoneNumber) {
  return { zone: to.callingCode, phone: to.nationalNumber };
}

function post(path: string, fields: URLSearchParams): HttpRequest {
  return { method: 'POST', path, headers, body: fields.toString() };
}
