import { loadPage } from './page-files.js';

let page: ReturnType<typeof loadPage> | undefined;

/** The page, as far as a path is one of its own. Its files are read when somebody first asks for one. */
export function servePage(request: Request): Response | undefined {
  const { pathname } = new URL(request.url);
  if (pathname !== '/' && !pathname.startsWith('/assets/')) return undefined;
  page ??= loadPage();
  const file = page(pathname);
  return file === undefined ? undefined : new Response(file.body, { headers: file.headers });
}
