import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createHttpTransport } from './http-transport.js';
import { connectionOf, type HttpTransportOptions } from './http-transport-options.js';

const baseUrl = 'https://api.example.com';
const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

describe('the options of a transport', () => {
  it.each([
    [{ baseUrl: 'api.example.com' }, /baseUrl: must be a URL/],
    [{ baseUrl: 'ftp://api.example.com' }, /baseUrl: must start with https/],
    [{ baseUrl: 'https://me:secret@api.example.com' }, /must not contain a user name/],
    [{ baseUrl: 'https://api.example.com/?a=1' }, /must not contain a query/],
    [{ baseUrl: 'http://api.example.com' }, /allowPlainHttp/],
    [{ baseUrl, keepAliveMs: Number.NaN }, /keepAliveMs: must be/],
    [{ baseUrl, connections: null as never }, /connections: must be/],
    [{ baseUrl, ca: '' }, /ca: must be certificates/],
    [{ baseUrl, ca: 5 as never }, /ca: must be certificates/],
    [{ baseUrl, ca: [] }, /ca: must be certificates/],
    [{ baseUrl, ca: [pem, 'canary'] }, /ca: must be certificates/],
    [{ baseUrl, ca: [pem, 5 as never] }, /ca: must be certificates/],
    [{ baseUrl, dispatcher: 5 as never }, /dispatcher: must be/],
    [{ baseUrl, dispatcher: null as never }, /dispatcher: must be/],
    [{ baseUrl, proxy: 'proxy.example:3128' }, /proxy: must be the URL of a proxy/],
    [{ baseUrl, proxy: 'socks5://proxy.example' }, /proxy: must be the URL of a proxy/],
    [{ baseUrl, proxy: 'http://proxy.example/path' }, /proxy: must be the URL of a proxy/],
    [{ baseUrl, proxy: '' }, /proxy: must be the URL of a proxy/],
    [{ baseUrl, pace: {} as never }, /pace: must be a Pace/],
    [{ baseUrl, keepAliveMS: 3 } as never, /keepAliveMS: is not an option; did you mean keepAliveMs\?/],
  ])('%j is refused', (options, message) => {
    expect(() => createHttpTransport(options)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
    expect(() => createHttpTransport(options)).toThrow(message);
  });

  it.each(['https://api.example.com', 'http://localhost:8080', 'http://127.0.0.9', 'http://[::1]:80'])(
    '%s is a fine base URL',
    async (baseUrl) => {
      await createHttpTransport({ baseUrl }).close();
    },
  );

  it('allows plain HTTP elsewhere when told to', async () => {
    await createHttpTransport({ baseUrl: 'http://gateway.example', allowPlainHttp: true }).close();
  });

  const numbers = ['connections', 'maxResponseBytes', 'connectTimeoutMs', 'keepAliveMs'] as const;

  it.each(numbers)('%s is a whole number from 1 to 2 ** 31 - 1', async (name) => {
    for (const wrong of [0, -1, 1.5, 2 ** 31, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(() => createHttpTransport({ baseUrl, [name]: wrong })).toThrow(
        `createHttpTransport(): ${name}: must be a whole number, at least 1 and below 2 ** 31`,
      );
    }
    for (const right of [1, 2 ** 31 - 1]) await createHttpTransport({ baseUrl, [name]: right }).close();
  });

  it.each<[keyof HttpTransportOptions, unknown]>([
    ['ca', pem],
    ['connections', 3],
    ['connectTimeoutMs', 3],
    ['keepAliveMs', 3],
    ['proxy', 'http://proxy.example:3128'],
  ])('%s is the business of a dispatcher of the caller', async (name, value) => {
    const dispatcher = new Agent();
    expect(() => createHttpTransport({ baseUrl, dispatcher, [name]: value })).toThrow(
      `createHttpTransport(): ${name}: belongs to the dispatcher; set it there`,
    );
    await createHttpTransport({ baseUrl, dispatcher, maxResponseBytes: 1_000, [name]: undefined }).close();
  });

  it('are checked for whoever is named, all at once, without a value', () => {
    const wrong = { baseUrl: 'http://api.example.com', connections: 0, proxy: 'http://me:canary-secret@proxy/x' };
    expect(() => createHttpTransport(wrong, 'acme()')).toThrow(
      'acme(): connections: must be a whole number, at least 1 and below 2 ** 31; ' +
        'proxy: must be the URL of a proxy over http or https, such as http://proxy.example:3128, or environment; ' +
        'baseUrl: must start with https://, since requests carry credentials; set allowPlainHttp to override',
    );
  });

  it('takes certificates one by one or in a list', async () => {
    for (const ca of [pem, [pem, pem]]) await createHttpTransport({ baseUrl, ca }).close();
  });
});

it('connectionOf() picks what a transport takes, and nothing of the provider’s own', () => {
  const connection = { allowPlainHttp: true, connections: 3, ca: pem, maxPerSecond: 5 };
  const options = { authToken: 'canary', baseUrl, id: 'acme', toString: () => 'x', ...connection };
  expect(connectionOf(options)).toEqual(connection);
  expect(() => createHttpTransport({ ...connectionOf(options), baseUrl })).not.toThrow();
});
