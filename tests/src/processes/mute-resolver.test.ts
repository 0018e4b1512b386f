import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const app = fileURLToPath(new URL('../../dist/processes/mute-resolver-app.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'polysms-resolver-'));
const settings = join(folder, 'resolv.conf');
writeFileSync(settings, 'nameserver 127.0.0.1\n');
afterAll(() => rmSync(folder, { recursive: true }));

/** A network and a resolver of one's own: namespaces of Linux, as containers have them. */
const apart = ['-rmn', 'sh', '-c', 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"', settings];
const canBeApart = spawnSync('unshare', [...apart, 'true']).status === 0;
const title = 'a name server that is mute for two of three vendors';

describe.skipIf(!canBeApart)(canBeApart ? title : `${title} (skipped: it needs unshare, ip and mount)`, () => {
  it('keeps nobody from the third, though each lookup of the two holds a thread', { timeout: 30_000 }, async () => {
    // The system asks once and waits for 2 s: longer than the app waits for a connection, which is 1 s.
    const env = { ...process.env, RES_OPTIONS: 'timeout:2 attempts:1' };
    const { stdout } = await promisify(execFile)('unshare', [...apart, process.execPath, app], { env });
    const { outcomes, queries } = JSON.parse(stdout);
    expect(outcomes).toEqual([Array(10).fill('not-sent'), Array(10).fill('not-sent'), Array(10).fill('answered')]);
    expect(Object.keys(queries).sort()).toEqual(['mute-1.example', 'mute-2.example', 'well.example']);
  });
});
