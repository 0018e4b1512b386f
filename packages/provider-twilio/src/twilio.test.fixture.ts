import { readFileSync } from 'node:fs';
import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
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

/** Twilio on a loopback port, a provider for it, and what is behind it. Time stands still. */
export async function openTwilioAccount(settings: TwilioSimulatorSettings = {}, options: Partial<TwilioOptions> = {}) {
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
  const provider = twilio({
    accountSid,
    authToken,
    from,
    verifyServiceSid: verifySid,
    baseUrl,
    ...options,
  });
  const close = async () => {
    await provider.close();
    await simulator.close();
  };
  return { clock, simulator, provider, baseUrl, twilio: open.twilio, close };
}

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** The same for one test, which need not close it. */
export async function startTwilio(settings?: TwilioSimulatorSettings, options?: Partial<TwilioOptions>) {
  const account = await openTwilioAccount(settings, options);
  opened.push(account.close);
  return account;
}

interface RequestVector {
  readonly method: string;
  readonly path: string;
  readonly rawQuery?: string;
  readonly body?: string;
  readonly fields?: object;
  readonly headers: Readonly<Record<string, string>>;
}

type Params = Readonly<Record<string, string | readonly string[]>>;

export interface SignatureCheck {
  readonly receivedUrl: string;
  readonly params?: Params;
  readonly authToken?: string;
  readonly signature?: string;
  readonly result: boolean | string;
}

export interface SignatureVector {
  readonly name: string;
  readonly authToken: string;
  readonly signedUrl: string;
  readonly rawBody?: string;
  readonly params: Params;
  readonly signature: string;
  readonly validateRequest: readonly SignatureCheck[];
}

interface Vectors {
  readonly credentials: Readonly<Record<'accountSid' | 'authToken' | 'apiKeySid' | 'apiKeySecret', string>>;
  readonly hosts: readonly Readonly<Record<'options' | 'api' | 'verify', string>>[];
  readonly requests: readonly { readonly name: string; readonly requests: readonly RequestVector[] }[];
  readonly webhookSignatures: {
    readonly vectors: readonly SignatureVector[];
    readonly json: Readonly<Record<'authToken' | 'signedUrl' | 'rawBody' | 'bodySHA256' | 'signature', string>>;
    readonly sharedKey: Readonly<Record<'signedString' | 'signature', string>>;
  };
}

/** What Twilio's own library puts on the wire, and what it says to signatures. */
export const vectors: Vectors = JSON.parse(readFileSync(new URL('./vectors.test.json', import.meta.url), 'utf8'));
