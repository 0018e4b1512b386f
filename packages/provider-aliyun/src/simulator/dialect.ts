import type { Dialect, OpenDialect, PhoneReport, World } from '@polysms/simulator';
import { Account } from './account.js';
import { aliyunAnswers } from './answers.js';
import { newCodeBook } from './code-book.js';
import { answerCall, endpointOf, endpoints, writerFor } from './gateway.js';
import { codeOf, replyPush, reportPush } from './pushes.js';
import { type AliyunSimulatorSettings, parseSettings } from './settings.js';
import { apiCallOf } from './signatures.js';

/**
 * Alibaba Cloud's SMS (Dysmsapi and Dypnsapi 2017-05-25), for `startSimulator`: SendSms, QuerySendDetails,
 * SendSmsVerifyCode and CheckSmsVerifyCode at one address, with both of the vendor's signatures checked.
 *
 * @param settings how the console is set up at the start, and after a reset
 * @throws SmsError `configuration_invalid`, naming every wrong setting
 */
export function aliyunDialect(settings: AliyunSimulatorSettings = {}): Dialect {
  parseSettings(settings);
  return {
    vendor: 'aliyun',
    title: 'Aliyun',
    endpoints,
    answers: aliyunAnswers,
    open: (world) => openAliyun(settings, world),
  };
}

function openAliyun(settings: AliyunSimulatorSettings, world: World): OpenDialect {
  const account = new Account(settings, world);
  const codes = newCodeBook();
  return {
    endpointAt: (path, head) => (path === '/' ? endpointOf(head) : undefined),
    onRequest: (request) =>
      request.path === '/'
        ? answerCall(account, codes, request)
        : { status: 404, contentType: 'text/plain', body: 'There is nothing at this path.' },
    answerAs: (name, request, message) => {
      const headers = name === 'Throttling.User' ? { 'x-acs-retry-after': '1500' } : {};
      return writerFor(account, request, apiCallOf(request)).refuse(name, { message, headers });
    },
    commonAnswer: (fault) => (fault === 'balance' ? 'isv.AMOUNT_NOT_ENOUGH' : 'Throttling.User'),
    settings: { read: () => account.settings, configure: (changes) => account.configure(changes) },
    reports: { ...reportPush(account), states: ['delivered'] },
    inbound: replyPush(),
    onReport: (report) => note(account, report),
    sdkLine: (url) => {
      const { host, protocol } = new URL(url);
      const { accessKeyId, accessKeySecret } = account.settings;
      return `new Dysmsapi({ endpoint: '${host}', protocol: '${protocol.slice(0, -1)}', accessKeyId: '${accessKeyId}', accessKeySecret: '${accessKeySecret}' })`;
    },
    reset: () => {
      account.reset();
      codes.clear();
    },
  };
}

/** What QuerySendDetails shows from now on. */
function note({ taken }: Account, report: PhoneReport): void {
  const message = taken.get(report.message.id);
  if (message === undefined) return;
  const code = codeOf(report);
  if (code === 'REQUEST_SUCCESS') return;
  const status = code === 'DELIVERED' ? 3 : 2;
  taken.set(report.message.id, { ...message, receipt: { status, code, at: report.at } });
}
