import { aliyunDialect } from '@polysms/provider-aliyun/simulator';
import { twilioDialect } from '@polysms/provider-twilio/simulator';
import { type Simulator, startSimulator } from '@polysms/simulator';
import { accounts, approved } from './accounts.js';

/** Both vendors on this machine. All faults follow from the seed. */
export function startFleetBox(publicUrl: string, seed?: number): Promise<Simulator> {
  const { accountSid, authToken } = accounts.twilio;
  const { accessKeyId, accessKeySecret, reportSecret } = accounts.aliyun;
  return startSimulator({
    dialects: [
      twilioDialect({ accountSid, authToken, templates: approved.twilio }),
      aliyunDialect({ accessKeyId, accessKeySecret, templates: approved.aliyun }),
    ],
    // Twilio is told with each message.
    reportsTo: { aliyun: `${publicUrl}/aliyun?token=${reportSecret}` },
    reportDelayMs: 50,
    seed,
  });
}
