import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserModules } from './browser-modules.js';

/** A file of the page, as a server answers it. */
export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the page: what stands at `/`, and below `/assets/`. Everything comes from this one server, and a browser is told
 * to take nothing from elsewhere, and no script but these files.
 *
 * @returns the file at a path, or undefined if none is there
 */
export function loadPage(): (path: string) => PageFile | undefined {
  // The same from src/page, where tests run, and from dist/page.
  const built = fileURLToPath(new URL('../../dist/page/browser/', import.meta.url));
  const styles = fileURLToPath(new URL('../../src/page/style/', import.meta.url));
  const files = new Map<string, PageFile>();
  const add = (path: string, file: string) => {
    const contentType = contentTypes[extname(file)] ?? 'application/octet-stream';
    files.set(path, { headers: headersOf(contentType), body: readFileSync(file, 'utf8') });
  };
  for (const name of filesIn(built, /(?<!\.test)\.js$/)) add(`/assets/${name}`, join(built, name));
  for (const name of filesIn(styles, /\.(css|svg)$/)) add(`/assets/${name}`, join(styles, name));
  const modules = browserModules();
  for (const { path, file } of modules) add(path, file);
  const imports = Object.fromEntries(modules.map(({ specifier, path }) => [specifier, path]));
  files.set('/', document(JSON.stringify({ imports }), [...files.keys()]));
  return (path) => files.get(path);
}

function filesIn(folder: string, name: RegExp): readonly string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return all.filter((file) => name.test(file)).map((file) => file.replaceAll('\\', '/'));
}

function document(importMap: string, paths: readonly string[]): PageFile {
  const ending = (extension: RegExp) => paths.filter((path) => extension.test(path));
  const body = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>SMS in a box</title>',
    '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">',
    ...ending(/\.css$/).map((path) => `<link rel="stylesheet" href="${path}">`),
    `<script type="importmap">${importMap}</script>`,
    // All at once, or a browser asks for each when it has read the one before.
    ...ending(/\.m?js$/).map((path) => `<link rel="modulepreload" href="${path}">`),
    '<script type="module" src="/assets/main.js"></script>',
    '</head>',
    '<body><div id="app"></div><noscript>The page needs JavaScript; /api does not.</noscript></body>',
    '</html>',
    '',
  ].join('\n');
  const hash = createHash('sha256').update(importMap).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { headers: { ...headersOf('text/html; charset=utf-8'), 'content-security-policy': policy }, body };
}

function headersOf(contentType: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    // A newer version of the box may stand at the same address tomorrow.
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
