import { gzipSync } from 'node:zlib';
import type { PageFile } from './page-files.js';

type FindFile = (path: string) => PageFile | undefined;

const loadFiles = async (): Promise<FindFile> => (await import('./page-files.js')).loadPage();

/**
 * Serves the page, as far as a path is one of its own. Its files are found when somebody first asks for one: in a bundle,
 * and where Babel or TypeScript made CommonJS of this package, they are not beside the code. All else works there.
 */
export function pageServer(load = loadFiles): (request: Request) => Promise<Response | undefined> {
  let files: Promise<FindFile> | undefined;
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/' && !pathname.startsWith('/assets/')) return undefined;
    files ??= load();
    try {
      const file = (await files)(pathname);
      return file === undefined ? undefined : answerWith(file, request.headers.get('accept-encoding') ?? '');
    } catch {
      const body = 'The files of the page are not beside this code, as in a bundle. GET /api says what works here.\n';
      return new Response(body, { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    }
  };
}

/** Files as a browser takes them; compressed once. */
const packed = new WeakMap<PageFile, Uint8Array<ArrayBuffer>>();

function answerWith(file: PageFile, encodings: string): Response {
  const headers = { ...file.headers, vary: 'Accept-Encoding' };
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/iu.test(encodings)) return new Response(file.body, { headers });
  const body = packed.get(file) ?? new Uint8Array(gzipSync(file.body));
  packed.set(file, body);
  return new Response(body, { headers: { ...headers, 'content-encoding': 'gzip' } });
}

/** The one page of a process: its files are read once for all boxes. */
export const servePage = pageServer();
