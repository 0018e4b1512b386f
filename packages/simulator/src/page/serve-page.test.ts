import { gunzipSync } from 'node:zlib';
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

  it('answers them compressed to a browser, and as they are to others', async () => {
    const plain = await servePage(at('/'));
    const asked = new Request('http://127.0.0.1/', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    const packed = await servePage(asked);
    expect([plain?.headers.get('content-encoding'), plain?.headers.get('vary')]).toEqual([null, 'Accept-Encoding']);
    expect(packed?.headers.get('content-encoding')).toBe('gzip');
    const bytes = Buffer.from((await packed?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(gunzipSync(bytes).toString()).toBe(await plain?.text());
  });

  it('says so where its files are not beside the code, as in a bundle', async () => {
    const answer = await pageServer(() => Promise.reject(new TypeError('Invalid URL')))(at('/'));
    expect([answer?.status, await answer?.text()]).toEqual([503, expect.stringContaining('as in a bundle')]);
  });
});
