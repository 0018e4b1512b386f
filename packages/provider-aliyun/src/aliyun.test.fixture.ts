import { deadlineAfter, type OutboundMessage, parsePhoneNumber, type SmsProvider } from '@polysms/core/provider-kit';
import { ManualClock, type Simulator, startSimulator } from '@polysms/simulator';
import { onTestFinished } from 'vitest';
import { aliyunAt } from './aliyun.js';
import type { AliyunOptions } from './options.js';
import type { AliyunSimulatorSettings } from './simulator/index.js';
import { aliyunDialect } from './simulator/index.js';

export const keys = { accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret' };
export const to = parsePhoneNumber('+8613800138000');
export const abroad = parsePhoneNumber('+85251234567');
export const context = () => ({ deadline: deadlineAfter(60_000) });

export const code = {
  kind: 'template',
  id: '01940b8e-7c00-7abc-8def-0123456789ab',
  to,
  template: 'SMS_100000001',
  params: [{ name: 'code', value: '123456' }],
} as const satisfies OutboundMessage;

/** An account, the vendor that it talks to, and the clock of both. */
export interface Bench {
  readonly simulator: Simulator;
  readonly baseUrl: string;
  readonly clock: ManualClock;
  readonly provider: SmsProvider;
  /** Another account at the same vendor. */
  account(options: Partial<AliyunOptions>): SmsProvider;
  /** The parameters of the last request, as they stood in its query. */
  asked(): Readonly<Record<string, string>>;
  /** The next request is answered so. */
  answer(body: object | string, httpStatus?: number): void;
}

/** Starts both, until the end of the test. The clock stands at 2025-01-02T03:04:05Z. */
export async function startAliyun(
  settings: AliyunSimulatorSettings = {},
  options: Partial<AliyunOptions> = {},
): Promise<Bench> {
  const clock = new ManualClock(Date.UTC(2025, 0, 2, 3, 4, 5));
  const simulator = await startSimulator({ dialects: [aliyunDialect(settings)], seed: 1, clock });
  onTestFinished(() => simulator.close());
  const baseUrl = simulator.urlOf('aliyun');
  let nonces = 0;
  const account = (more: Partial<AliyunOptions>) => {
    const given = more.credentials === undefined ? { ...keys, ...more } : more;
    const provider = aliyunAt(
      { now: () => clock.now(), nonce: () => `nonce-${++nonces}` },
      { baseUrl, signature: '示例签名', ...given },
    );
    onTestFinished(() => provider.close());
    return provider;
  };
  const verification = { signature: '示例赠送签名', template: '100001', baseUrl };
  return {
    simulator,
    baseUrl,
    clock,
    provider: account({ verification, ...options }),
    account,
    asked: () => Object.fromEntries(queryOf(simulator.requests.at(-1)?.path ?? '')),
    answer: (body, httpStatus = 200) => {
      const written = typeof body === 'string' ? body : JSON.stringify(body);
      simulator.fail({ kind: 'http', httpStatus, contentType: 'application/json;charset=utf-8', body: written });
    },
  };
}

/** What stands behind the question mark. */
export function queryOf(path: string): URLSearchParams {
  return new URLSearchParams(path.slice(path.indexOf('?')));
}
