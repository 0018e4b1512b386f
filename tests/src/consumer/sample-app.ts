import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A whole verification over a real socket: the client, a provider over HTTP, the limits of an address, a store. */
const main = `async function main() {
  const simulator = await startMobSimulator();
  const sms = createSmsClient({ providers: [mob({ appKey: 'any', baseUrl: simulator.url })] });
  const to = '+8613800138000';
  const { id } = await sms.verifications.start({ to, purpose: 'login', ip: '203.0.113.7' });
  const { code = '' } = await simulator.waitForMessage({ to });
  const { outcome } = await sms.verifications.check({ id, purpose: 'login', code });
  await sms.close();
  await simulator.close();
  return [outcome, typeof notSent, typeof postgresStores, typeof redisStores, typeof MemoryLimitStore, typeof smsOptionsFromEnv].join(' ');
}`;
const result = 'approved function function function function function';
const run = `main().then((result) => { process.exitCode = result === '${result}' ? 0 : 1; });`;
const test = `test('a verification', async () => { expect(await main()).toBe('${result}'); });`;

const imported = [
  ['createSmsClient', '@polysms/core'],
  ['smsOptionsFromEnv', '@polysms/core/configuration'],
  ['notSent', '@polysms/core/provider-kit'],
  ['MemoryLimitStore', '@polysms/core/stores'],
  ['mob', '@polysms/provider-mob'],
  ['startMobSimulator', '@polysms/provider-mob/simulator'],
  ['postgresStores', '@polysms/store-postgres'],
  ['redisStores', '@polysms/store-redis'],
] as const;
const esm = imported.map(([name, path]) => `import { ${name} } from '${path}';`).join('\n');
const cjs = imported.map(([name, path]) => `const { ${name} } = require('${path}');`).join('\n');

/** One small app, in the ways in which people write one and as a test. It fails if anything is not as it should be. */
const sources = {
  'src/main.js': [esm, main, run],
  'src/main.mjs': [esm, main, run],
  'src/main.cjs': [cjs, main, run],
  'src/main.ts': [esm, main, run],
  'src/main.mts': [esm, main, run],
  'test/require.test.js': [cjs, main, test],
  'test/import.test.js': [esm, main, test],
  'test/import.test.mjs': [esm, main, test],
  'test/import.test.ts': [esm, main, test],
  'test/vitest.test.mjs': ["import { expect, test } from 'vitest';", esm, main, test],
} as const;

/** A file of the sample app. */
export type Source = keyof typeof sources;

/** Acts in a project that has these files of the app, and further ones by name; takes them all away again. */
export function withFiles<T>(
  project: string,
  names: readonly Source[],
  further: Readonly<Record<string, string>>,
  act: () => T,
): T {
  const files = [...names.map((name) => [name, sources[name].join('\n')] as const), ...Object.entries(further)];
  for (const [name, text] of files) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  try {
    return act();
  } finally {
    for (const name of ['dist', ...files.map(([file]) => file)])
      rmSync(join(project, name), { recursive: true, force: true });
  }
}
