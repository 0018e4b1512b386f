import { type CallContext, deadlineAfter, parsePhoneNumber, type SmsProvider } from '@polysms/core/provider-kit';
import { ManualClock, startSimulator } from '@polysms/simulator';
import { afterEach } from 'vitest';
import type { TwilioOptions } from './options.js';
import { dialectOf, type OpenTwilio, openTwilio } from './simulator/dialect.js';
import { parseSettings, type TwilioSimulatorSettings } from './simulator/settings.js';
import { twilio } from './twilio.js';

export const accountSid = `AC${'1'.padStart(32, '0')}`;
export const authToken = 'canary-auth-token-5c1f';
export const serviceSid = `MG${'3'.padStart(32, '0')}`;
export const verifySid = `VA${'5'.padStart(32, '0')}`;
export const contentSid = `HX${'4'.padStart(32, '0')}`;
export const from = '+15005550006';
export const to = parsePhoneNumber('+15005550100');
export const context = (): CallContext => ({ deadline: deadlineAfter(10_000) });
export const text = { kind: 'text', id: 'message-1', to, text: 'Your code is 1234' } as const;

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** Twilio on a loopback port, a provider for it, and what is behind it. Time stands still. */
export async function startTwilio(settings: TwilioSimulatorSettings = {}, options: Partial<TwilioOptions> = {}) {
  const clock = new ManualClock();
  const opens: OpenTwilio[] = [];
  const parsed = parseSettings({ accountSid, authToken, ...settings });
  const dialect = dialectOf((world) => {
    const open = openTwilio(parsed, world);
    opens.push(open);
    return open.dialect;
  });
  const simulator = await startSimulator({ dialects: [dialect], seed: 7, clock });
  const [open] = opens as [OpenTwilio];
  const baseUrl = simulator.urlOf('twilio');
  const provider: SmsProvider = twilio({ accountSid, authToken, from, baseUrl, ...options });
  opened.push(async () => {
    await provider.close();
    await simulator.close();
  });
  return { clock, simulator, provider, baseUrl, twilio: open.twilio };
}
