import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { findPostgresServer, skipWithoutPostgres } from 'test-postgres';
import { describe, expect, it } from 'vitest';

const entry = import.meta.resolve('test-postgres');

/** A process that starts a server, says where its data are, and waits for its end. */
function startedBy(then: string) {
  const script = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const { mkdir } = fs;
    fs.mkdir = async (folder, ...given) => {
      await mkdir(folder, ...given);
      console.log(folder);
    };
    syncBuiltinESMExports();
    const { startPostgres } = await import('${entry}');
    const server = await startPostgres();
    ${then}
    console.log('ready');
    setInterval(() => {}, 1_000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe.skipIf(skipWithoutPostgres(await findPostgresServer()))('the data of a server', () => {
  it.each([
    ['was killed by a test', 'await server.kill();', 'ready'],
    ['is paused', 'server.pause();', 'ready'],
    ['is being made', '', '/'],
  ])('are gone when its process was killed while it %s', async (_, then, sign) => {
    const child = startedBy(then);
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes(sign) && said.includes('\n')) break;
    }
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const [folder = ''] = said.split('\n');
    expect(folder).toContain('test-postgres-');
    const isThere = () =>
      access(folder).then(
        () => true,
        () => false,
      );
    await expect.poll(isThere, { timeout: 30_000 }).toBe(false);
  });
});
