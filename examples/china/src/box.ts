import { aliyunDialect } from '@polysms/provider-aliyun/simulator';
import { mobDialect } from '@polysms/provider-mob/simulator';
import { type Simulator, startSimulator } from '@polysms/simulator';
import { type ChinaAccounts, templates } from './sms.js';

const appKey = 'simulated-app-key';
const reportSecret = 'a-secret-in-the-url-of-reports';
const signature = '示例签名';
const keys = { accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret' };

/** Both vendors on this machine. All codes and faults follow from the seed. */
export function startChinaBox(seed?: number): Promise<Simulator> {
  const shipped = { text: '【示例】订单{order}已由{carrier}发出' };
  return startSimulator({
    dialects: [mobDialect({ appKey, templates: { [templates.mobShipped]: shipped } }), aliyunDialect(keys)],
    seed,
  });
}

/** The accounts in the box; Aliyun is told where its reports go, as in its console. */
export function accountsIn(box: Simulator, publicUrl: string): ChinaAccounts {
  box.configureReports({ reportsTo: { aliyun: `${publicUrl}/aliyun?token=${reportSecret}` } });
  return {
    mob: { appKey, baseUrl: box.urlOf('mob') },
    aliyun: { ...keys, signature, reportSecret, baseUrl: box.urlOf('aliyun') },
    publicUrl,
  };
}
