import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSmsClient, type SmsClient } from '@polysms/core';
import { mock } from '@polysms/provider-mock';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { blocksOf } from './document-blocks.js';
import { root } from './repository.js';

interface Recipes {
  metricsOf(sms: SmsClient): () => string;
  logEvents(sms: SmsClient): void;
}

/** Inside the workspace, so that its imports find the packages. */
const folder = join(root, 'tests/.generated-operations');
const to = '+8613800138000';
let recipes: Recipes;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const load = async (name: keyof Recipes) => {
    const [block, ...others] = blocksOf('docs/operations.md').filter(({ text }) => text.includes(`function ${name}`));
    expect([block?.language, others]).toEqual(['ts', []]);
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, block?.text ?? '');
    return import(/* @vite-ignore */ file);
  };
  recipes = { ...(await load('metricsOf')), ...(await load('logEvents')) };
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sends a message that fails over, a code that is typed wrong and then right, and one that the guard denies. */
async function work(listen: (sms: SmsClient) => void) {
  const first = mock({ id: 'first' });
  const second = mock({ id: 'second' });
  await using sms = createSmsClient({ providers: [first, second] });
  listen(sms);
  first.fail({ outcome: 'not-sent', code: 'network_error' });
  await sms.send({ to, text: 'A text that nobody may see.' });
  const { id } = await sms.verifications.start({ to, purpose: 'login' });
  const message = first.outbox.at(-1);
  const code = message?.kind === 'verification' ? message.code : '';
  await sms.verifications.check({ id, code: code === '000000' ? '111111' : '000000' });
  await sms.verifications.check({ id, code });
  await expect(sms.verifications.start({ to, purpose: 'login' })).rejects.toMatchObject({ code: 'resend_too_soon' });
  return { code, id };
}

it('the metrics of docs/operations.md count what the client did, in lines that Prometheus reads', async () => {
  let metrics = () => '';
  let shown = '';
  await work((sms) => {
    metrics = recipes.metricsOf(sms);
    sms.on('denied', () => {
      shown = metrics();
    });
  });
  const lines = shown.trimEnd().split('\n');
  expect(lines.filter((line) => !/^polysms_\w+\{(?:\w+="[^"\\\n]*"(?:,(?!\})|(?=\})))*\} [\d.]+$/.test(line))).toEqual(
    [],
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'polysms_attempts_total{kind="message",provider="first",outcome="not-sent",code="network_error",transport_code=""} 1',
      'polysms_attempts_total{kind="message",provider="second",outcome="accepted",code="",transport_code=""} 1',
      'polysms_attempt_duration_ms_bucket{provider="first",le="+Inf"} 2',
      'polysms_attempt_duration_ms_count{provider="first"} 2',
      'polysms_calls_total{kind="verification",purpose="login",outcome="accepted",code=""} 1',
      'polysms_checks_total{purpose="login",outcome="approved"} 1',
      'polysms_checks_total{purpose="login",outcome="incorrect"} 1',
      'polysms_denied_total{kind="verification",scope="phone",code="resend_too_soon"} 1',
      'polysms_circuit_open{provider="first"} 0',
    ]),
  );
  // All lines of one name stand together, as the format demands.
  const names = lines.map((line) => line.split('{')[0]);
  expect(names.filter((name, index) => name !== names[index - 1])).toEqual([...new Set(names)]);
});

it('the metrics of docs/operations.md begin at 0 where one event is to wake somebody', async () => {
  await using sms = createSmsClient({
    providers: [mock({ id: 'only' })],
    guard: { limits: { global: [{ max: 1, windowMs: 60_000 }] } },
  });
  const metrics = recipes.metricsOf(sms);
  const globalDenials = () =>
    metrics()
      .split('\n')
      .filter((line) => /^polysms_denied_total\{.*"global"/.test(line));
  expect(metrics().split('\n')).toContain('polysms_alarms_total{} 0');
  const series = (kind: string) => `polysms_denied_total{kind="${kind}",scope="global",code="send_limit_exceeded"}`;
  expect(globalDenials()).toEqual([`${series('message')} 0`, `${series('verification')} 0`]);
  await sms.verifications.start({ to });
  await expect(sms.verifications.start({ to: '+8613900139000' })).rejects.toMatchObject({
    code: 'send_limit_exceeded',
  });
  expect(globalDenials()).toEqual([`${series('message')} 0`, `${series('verification')} 1`]);
});

it('the circuit of docs/operations.md is 1 while it lets nobody pass, and 0 when it only waits for a message', async () => {
  const provider = mock({ id: 'only' });
  await using sms = createSmsClient({ providers: [provider], breaker: { consecutiveFailures: 1, openMs: 50 } });
  const metrics = recipes.metricsOf(sms);
  provider.fail({ outcome: 'not-sent', code: 'network_error' });
  await expect(sms.send({ to, text: 'Hello.' })).rejects.toMatchObject({ code: 'network_error' });
  expect(metrics()).toContain('polysms_circuit_open{provider="only"} 1\n');
  await vi.waitFor(() => expect(sms.health()['only']?.circuit).toBe('half-open'));
  expect(metrics()).toContain('polysms_circuit_open{provider="only"} 0\n');
});

it('the log of docs/operations.md is JSON, and holds no text, code, id or whole phone number', async () => {
  const written: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line));
  const { code, id } = await work(recipes.logEvents);
  expect(written.map((line) => JSON.parse(line).msg)).toEqual([
    'sms attempt',
    'sms attempt',
    'sms settled',
    'sms attempt',
    'sms settled',
    'sms check',
    'sms check',
    'sms denied',
  ]);
  for (const secret of [to, to.slice(3), 'A text', code, id]) expect(written.join('\n')).not.toContain(secret);
});
