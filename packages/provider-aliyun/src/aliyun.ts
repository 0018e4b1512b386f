import { randomUUID } from 'node:crypto';
import { createHttpTransport, forCountry, notSent, paramsProblem, type SmsProvider } from '@polysms/core/provider-kit';
import { sendOutcome } from './answers.js';
import { callsOver, type Surroundings } from './api.js';
import { aliyunLookup } from './lookup.js';
import { type AliyunOptions, aliyunOwner, parseAliyunOptions } from './options.js';
import { aliyunWebhooks } from './reports.js';
import { sendSms } from './requests.js';
import { aliyunVerification } from './verification.js';

/**
 * A provider for one account of Alibaba Cloud's. Sends approved templates (Dysmsapi), and has codes made, sent and
 * checked (Dypnsapi). It sends no free text, and cannot tell the vendor how long a message is worth anything.
 *
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function aliyun(options: AliyunOptions): SmsProvider {
  return aliyunAt({ now: Date.now, nonce: randomUUID }, options);
}

const paramNames = { form: /^[^\s${}]{1,64}$/u, expected: 'is no name of a variable, as it stands in the template' };

/** The same with a clock and nonces of the caller's. */
export function aliyunAt(surroundings: Surroundings, options: AliyunOptions): SmsProvider {
  const { accessKeyId = '', accessKeySecret = '', securityToken, ...others } = parseAliyunOptions(options);
  const { credentials = () => ({ accessKeyId, accessKeySecret, securityToken }), id, ...rest } = others;
  const { signature: signatures, templates = {}, webhooks, verification, baseUrl, ...connection } = rest;
  const transport = createHttpTransport({ ...connection, baseUrl }, aliyunOwner);
  const call = callsOver(transport, baseUrl, credentials, surroundings);
  // Two addresses, one account: one pace for both.
  const samePace = { maxPerSecond: undefined, burst: undefined, pace: transport.pace };
  const { baseUrl: codesUrl = baseUrl } = verification ?? {};
  const codes = verification && createHttpTransport({ ...connection, ...samePace, baseUrl: codesUrl }, aliyunOwner);
  return {
    specification: 'v1',
    id,
    sends: { text: false, template: true, senderId: false },
    verification: codes
      ? aliyunVerification(callsOver(codes, codesUrl, credentials, surroundings), verification)
      : null,
    webhooks: webhooks === undefined ? null : aliyunWebhooks(webhooks.secret),
    events: null,
    lookup: aliyunLookup(call, surroundings.now),
    async send(message, context) {
      if (message.kind !== 'template') {
        return notSent('unsupported_message', 'Aliyun sends no free text; use a template that it has approved.');
      }
      const problem = paramsProblem(message.params, paramNames);
      if (problem !== undefined) return notSent('template_rejected', problem);
      const signature = message.signature ?? forCountry(signatures, message.to);
      if (signature === undefined) {
        return notSent('sender_rejected', 'There is no signature for this country; set the option signature.');
      }
      const own = Object.hasOwn(templates, message.template) ? templates[message.template] : undefined;
      const template = forCountry(own, message.to) ?? message.template;
      return sendOutcome(await call(sendSms(message, signature, template), context), message.to);
    },
    async close() {
      await Promise.all([transport.close(), codes?.close()]);
    },
  };
}
