import { describe, expect, it } from 'vitest';
import { pageServer, servePage } from './serve-page.js';

const at = (path: string) => new Request(`http://127.0.0.1${path}`);

describe('serving the page', () => {
  it('leaves the paths of others to them', async () => {
    expect(await servePage(at('/api'))).toBeUndefined();
    expect(await servePage(at('/assets/nothing.js'))).toBeUndefined();
  });

  it('answers with its files', async () => {
    const answer = await servePage(at('/'));
    expect([answer?.status, answer?.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('says so where its files are not beside the code, as in a bundle', async () => {
    const answer = await pageServer(() => Promise.reject(new TypeError('Invalid URL')))(at('/'));
    expect([answer?.status, await answer?.text()]).toEqual([503, expect.stringContaining('as in a bundle')]);
  });
});
