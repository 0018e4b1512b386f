import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuredUrl, keepRawTarget, lastSegmentOf, targetOf } from './request-target.js';

const base = 'https://app.example/sms';

/** A request whose target came over the wire like this. */
function requestWith(target: string): Request {
  const request = new Request('http://localhost/');
  keepRawTarget(request, target);
  return request;
}

describe('the URL as the vendor has it', () => {
  it.each([
    ['/acme', `${base}/acme`],
    ['/acme/', `${base}/acme`],
    ['/any/where/acme?a=b', `${base}/acme?a=b`],
    ["/acme?q='%27+%20&&=", `${base}/acme?q='%27+%20&&=`],
    ['/acme?', `${base}/acme?`],
    ['/acme??a?b', `${base}/acme??a?b`],
    ['/acme?a#b', `${base}/acme?a`],
    ['https://evil.example/acme?a=b', `${base}/acme?a=b`],
    ['//evil.example/acme?a=b', `${base}/acme?a=b`],
    ['/%61cme?a', `${base}/acme?a`],
    ['/acme/a-secret?a', `${base}/acme/a-secret?a`],
    ['/acme/acme/a%2Fsecret/', `${base}/acme/a%2Fsecret/`],
    ['/other/%E0%A4?a', `${base}/acme?a`],
  ])('keeps of %s what counts: %s', (target, url) => {
    expect(configuredUrl(base, 'acme', requestWith(target))).toBe(url);
  });

  it('is the one of the request without a public one', () => {
    expect(configuredUrl(undefined, 'acme', new Request('https://app.example/acme?a=b#c'))).toBe(
      'https://app.example/acme?a=b',
    );
    const request = new Request('https://app.example/acme?q=%27');
    keepRawTarget(request, "/acme?q='");
    expect(configuredUrl(undefined, 'acme', request)).toBe("https://app.example/acme?q='");
  });

  it('has every query byte for byte', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!"$-~]*$/), (query) => {
        expect(configuredUrl(base, 'acme', requestWith(`/acme?${query}`))).toBe(`${base}/acme?${query}`);
      }),
    );
  });
});

describe('a target', () => {
  it('is a path and a query, whatever came', () => {
    expect(targetOf(requestWith('*'))).toEqual({ path: '/*', query: '' });
    expect(targetOf(requestWith(''))).toEqual({ path: '/', query: '' });
    expect(targetOf(requestWith('https://app.example?a'))).toEqual({ path: '/', query: '?a' });
  });

  it.each([
    ['/sms/acme', 'acme'],
    ['/sms/acme//', 'acme'],
    ['/a%2Fb', 'a/b'],
    ['/', undefined],
    ['/%ff', undefined],
  ])('%s names %s', (path, name) => {
    expect(lastSegmentOf(path)).toBe(name);
  });
});
