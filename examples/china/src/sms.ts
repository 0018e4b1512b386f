import { createSmsClient, type SmsClient } from '@polysms/core';
import { aliyun } from '@polysms/provider-aliyun';
import { mob } from '@polysms/provider-mob';

/** Two accounts, and where their vendors are. */
export interface ChinaAccounts {
  readonly mob: { readonly appKey: string; readonly baseUrl?: string | undefined };
  readonly aliyun: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    /** The approved signature (签名), without brackets. */
    readonly signature: string;
    /** Aliyun signs no report: whoever knows this is believed. */
    readonly reportSecret: string;
    readonly baseUrl?: string | undefined;
  };
  /** Where vendors call this app. */
  readonly publicUrl: string;
}

/** Numbers of the templates that both vendors have approved. */
export const templates = { mobShipped: '2901', aliyunShipped: 'SMS_100000002', aliyunCode: 'SMS_100000001' };

/** Mob first, then Aliyun. Mob makes and checks codes of its own; Aliyun carries those that Polysms makes. */
export function createChinaSms({ mob: mobAccount, aliyun: aliyunAccount, publicUrl }: ChinaAccounts): SmsClient {
  const { reportSecret, ...account } = aliyunAccount;
  return createSmsClient({
    providers: [mob(mobAccount), aliyun({ ...account, webhooks: { secret: reportSecret } })],
    defaultCountry: 'CN',
    templates: {
      shipped: {
        params: ['order', 'carrier'],
        providers: { mob: { template: templates.mobShipped }, aliyun: { template: templates.aliyunShipped } },
      },
      code: { params: ['code'], providers: { aliyun: { template: templates.aliyunCode } } },
    },
    verification: { template: 'code' },
    webhooks: { publicUrl },
  });
}
