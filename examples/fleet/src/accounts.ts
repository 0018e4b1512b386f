import type { SmsClientOptions } from '@polysms/core';

/** The accounts in the box. In earnest they come from the environment. */
export const accounts = {
  twilio: {
    accountSid: 'AC00000000000000000000000000000001',
    authToken: 'simulated-auth-token',
    from: '+15005550006',
  },
  aliyun: {
    accessKeyId: 'testAccessKeyId',
    accessKeySecret: 'testAccessKeySecret',
    signature: '示例签名',
    /** Aliyun signs no report: whoever knows this is believed. */
    reportSecret: 'a-secret-in-the-url-of-reports',
  },
};

const ids = {
  ordered: { twilio: `HX${'1'.padStart(32, '0')}`, aliyun: 'SMS_300000001' },
  code: { twilio: `HX${'2'.padStart(32, '0')}`, aliyun: 'SMS_300000002' },
  offer: { twilio: `HX${'3'.padStart(32, '0')}`, aliyun: 'SMS_300000003' },
};

/** What the app calls each text, and what the vendors do. */
export const templates = {
  ordered: {
    params: ['order'],
    providers: { twilio: { template: ids.ordered.twilio }, aliyun: { template: ids.ordered.aliyun } },
  },
  code: {
    params: ['code'],
    providers: { twilio: { template: ids.code.twilio }, aliyun: { template: ids.code.aliyun } },
  },
  offer: {
    params: ['offer'],
    providers: { twilio: { template: ids.offer.twilio }, aliyun: { template: ids.offer.aliyun } },
  },
} satisfies SmsClientOptions['templates'];

/** The same texts, as the vendors' consoles hold them. */
export const approved = {
  twilio: {
    [ids.ordered.twilio]: 'We have your order {{order}}.',
    [ids.code.twilio]: '{{code}} is your code.',
    [ids.offer.twilio]: 'Only today: {{offer}}.',
  },
  aliyun: {
    [ids.ordered.aliyun]: { kind: 'notice', text: 'We have your order $' + '{order}.' },
    [ids.code.aliyun]: { kind: 'code', text: '$' + '{code} is your code.' },
    [ids.offer.aliyun]: { kind: 'promotion', text: 'Only today: $' + '{offer}.' },
  },
} as const;
