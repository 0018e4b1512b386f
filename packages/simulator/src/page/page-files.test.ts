import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { callRaw, tinyBox } from '../simulator.test.fixture.js';
import { loadPage } from './page-files.js';

const page = loadPage();
const html = page('/')?.body ?? '';
/** Everything that a browser loads with the page. */
const loaded = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path ?? '');

describe('the files of the page', () => {
  it('come from the box alone, and are all there', () => {
    expect(loaded.length).toBeGreaterThan(20);
    for (const path of loaded) expect([path, page(path)?.body.length]).toEqual([path, expect.any(Number)]);
  });

  it('are less than 60 KB, compressed', () => {
    const sizes = ['/', ...new Set(loaded)].map((path) => gzipSync(page(path)?.body ?? '').length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
  });

  it('name every module that a module asks for', () => {
    const map = JSON.parse(/<script type="importmap">(.*)<\/script>/.exec(html)?.[1] ?? '') as {
      imports: Record<string, string>;
    };
    const scripts = loaded.filter((path) => /\.m?js$/.test(path));
    const asked = scripts.flatMap((path) =>
      [...(page(path)?.body ?? '').matchAll(/\b(?:import|export)\b[^"'();]*from\s*["']([^"']+)["']/g)].map(
        ([, name = '']) => (name.startsWith('.') ? new URL(name, `http://box${path}`).pathname : map.imports[name]),
      ),
    );
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((path) => path === undefined || page(path) === undefined)).toEqual([]);
  });

  it('come with a policy that lets in nothing else, and no script but the map of the imports', async () => {
    const answer = await callRaw(await tinyBox(), 'GET /');
    const map = /<script type="importmap">(.*)<\/script>/.exec(await answer.text())?.[1] ?? '';
    const policy = answer.headers.get('content-security-policy') ?? '';
    const hash = createHash('sha256').update(map).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'self' 'sha256-${hash}'`,
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('have types that a browser accepts, and nothing beside them can be read', async () => {
    const box = await tinyBox();
    const types = ['/', '/assets/main.js', '/assets/base.css', '/assets/icon.svg'].map(async (path) => {
      const answer = await callRaw(box, `GET ${path}`);
      return [answer.status, answer.headers.get('content-type'), answer.headers.get('x-content-type-options')];
    });
    expect(await Promise.all(types)).toEqual([
      [200, 'text/html; charset=utf-8', 'nosniff'],
      [200, 'text/javascript; charset=utf-8', 'nosniff'],
      [200, 'text/css; charset=utf-8', 'nosniff'],
      [200, 'image/svg+xml', 'nosniff'],
    ]);
    for (const path of ['/assets/', '/assets/..%2f..%2fpackage.json', '/assets/main.d.ts', '/assets/nothing.js']) {
      expect([path, (await callRaw(box, `GET ${path}`)).status]).toEqual([path, 404]);
    }
  });
});
