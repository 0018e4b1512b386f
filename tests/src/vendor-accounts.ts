import type { ConnectionOptions, SmsProvider } from '@polysms/core/provider-kit';
import { aliyun } from '@polysms/provider-aliyun';
import { aliyunDialect } from '@polysms/provider-aliyun/simulator';
import { mob } from '@polysms/provider-mob';
import { mobDialect } from '@polysms/provider-mob/simulator';
import { twilio } from '@polysms/provider-twilio';
import { twilioDialect } from '@polysms/provider-twilio/simulator';
import type { Dialect } from '@polysms/simulator';

/** An account with a vendor in which everything is set up that its package can use. */
export interface VendorAccount {
  /** The folder of the package, without `provider-`. */
  readonly name: string;
  readonly dialect: Dialect;
  /** @param more options that every provider might take; an unknown one throws */
  open(
    more: ConnectionOptions & { readonly baseUrl?: string; readonly region?: string; readonly edge?: string },
  ): SmsProvider;
  /** A template of the console's, with its parameters. */
  readonly template: { readonly template: string; readonly params: readonly { name: string; value: string }[] };
  /** Behind the address of the app's webhook. */
  readonly webhookQuery: string;
}

const secret = 'a-secret-of-the-tests';
const contentSid = `HX${'4'.padStart(32, '0')}`;
const params = [
  { name: 'order', value: '42' },
  { name: 'carrier', value: 'SF' },
];

/** One of each package; a package that is missing here fails the test of docs/vendors.md. */
export const vendorAccounts: readonly VendorAccount[] = [
  {
    name: 'mob',
    dialect: mobDialect({ anyTemplate: true }),
    open: (more) => mob({ appKey: 'any-key', ...more }),
    template: { template: '2901', params },
    webhookQuery: '',
  },
  {
    name: 'aliyun',
    dialect: aliyunDialect(),
    open: ({ baseUrl, ...more }) =>
      aliyun({
        ...{ accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret', signature: '示例签名' },
        webhooks: { secret },
        verification: { signature: '示例赠送签名', template: '100001', baseUrl },
        ...(baseUrl === undefined ? more : { baseUrl, ...more }),
      }),
    template: { template: 'SMS_100000002', params },
    webhookQuery: `?token=${secret}`,
  },
  {
    name: 'twilio',
    dialect: twilioDialect({ templates: { [contentSid]: 'Order {{order}} comes with {{carrier}}.' } }),
    open: (more) =>
      twilio({
        ...{ accountSid: `AC${'1'.padStart(32, '0')}`, authToken: 'simulated-auth-token', from: '+15005550006' },
        verifyServiceSid: `VA${'5'.padStart(32, '0')}`,
        ...more,
      }),
    template: { template: contentSid, params },
    webhookQuery: '',
  },
];
