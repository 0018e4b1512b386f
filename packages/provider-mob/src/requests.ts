import { type HttpRequest, type PhoneNumber, shownName, type TemplateMessage } from '@polysms/core/provider-kit';

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

/** What is wrong with the parameters of a template, before Mob is asked; undefined if nothing is. */
export function templateProblem(message: TemplateMessage): string | undefined {
  if (typeof message.template !== 'string' || message.template.trim() === '')
    return 'template: the number of a Mob template is missing';
  const names = new Set<string>();
  if (!Array.isArray(message.params)) return 'params: must be a list of names and values';
  for (const { name, value } of message.params) {
    if (name === '') return 'params: a parameter has no name; Mob takes its parameters by name';
    if (reserved.has(name)) return `params: Mob reserves the name ${name}; rename the variable in the template`;
    if (names.has(name)) return `params: ${shownName(name)} is given twice`;
    if (typeof value !== 'string') return `params: the value of ${shownName(name)} is not a string`;
    // Half a character would arrive as a question mark.
    if (/\p{Surrogate}/u.test(value)) return `params: the value of ${shownName(name)} is not well-formed text`;
    names.add(name);
  }
  return undefined;
}

/** `zone` is the calling code in digits, `phone` the national number. */
function recipient(to: PhoneNumber) {
  return { zone: to.callingCode, phone: to.nationalNumber };
}

function post(path: string, fields: URLSearchParams): HttpRequest {
  return { method: 'POST', path, headers, body: fields.toString() };
}
