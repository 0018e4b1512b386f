import { describe, expect, it } from 'vitest';
import { parseOptions } from '../provider-kit/options.js';
import { reportUrlOf, webhookOptionsSchema, withWebhookDefaults } from './webhook-options.js';

const parse = (options: unknown) => withWebhookDefaults(parseOptions('webhooks', webhookOptionsSchema, options));

describe('the options of webhooks', () => {
  it('have defaults', () => {
    expect(parse({})).toEqual({
      publicUrl: undefined,
      maxBodyBytes: 1_048_576,
      toleranceMs: 300_000,
      deadlineMs: 5000,
    });
    const given = { publicUrl: 'https://app.example', maxBodyBytes: 2048, toleranceMs: 1000, deadlineMs: 1 };
    expect(parse(given)).toEqual(given);
  });

  it.each([
    'https://app.example',
    'https://app.example/',
    'https://app.example/sms',
    'https://app.example/sms/',
    'https://app.example:8443/a/b',
    'https://xn--bcher-kva.example/%C3%A9',
    'http://localhost:3000/sms',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])('take a public URL: %s', (publicUrl) => {
    expect(parse({ publicUrl }).publicUrl).toBe(publicUrl);
  });

  it.each([
    [7, /must be a URL, such as/],
    ['app.example/sms', /must be a URL, such as/],
    ['ftp://app.example', /must start with https:\/\/$/],
    ['http://app.example', /http:\/\/ is for this machine alone/],
    ['https://me@app.example', /user name or password/],
    ['https://:secret-word@app.example', /user name or password/],
    ['https://app.example/?', /query or a fragment/],
    ['https://app.example/?a=b', /query or a fragment/],
    ['https://app.example/#', /query or a fragment/],
    ['https://App.example/sms', /normal form/],
    ['HTTPS://app.example/sms', /normal form/],
    ['https://app.example:443/sms', /normal form/],
    ['https://app.example/a/../sms', /normal form/],
    [' https://app.example/sms', /normal form/],
    ['https:\\\\app.example', /normal form/],
    ['https://bücher.example', /normal form/],
    ['https://app.example/é', /normal form/],
  ])('refuse another: %s', (publicUrl, message) => {
    expect(() => parse({ publicUrl })).toThrow(message);
    expect(() => parse({ publicUrl })).not.toThrow(/secret-word|app\.example\/a/);
  });

  it.each([
    [{ maxBodyBytes: 1023 }, /maxBodyBytes: must be a whole number of bytes, from 1 KiB to 64 MiB/],
    [{ maxBodyBytes: 2 ** 27 }, /maxBodyBytes/],
    [{ toleranceMs: 999 }, /toleranceMs: must be a whole number of milliseconds, from a second to a day/],
    [{ toleranceMs: Number.POSITIVE_INFINITY }, /toleranceMs/],
    [{ deadlineMs: 0 }, /deadlineMs/],
    [{ publicURL: 'https://app.example' }, /publicURL: is not an option; did you mean publicUrl/],
  ])('say what is wrong: %j', (options, message) => {
    expect(() => parse(options)).toThrow(message);
  });
});

describe('the URL that a vendor calls', () => {
  it.each([
    ['https://app.example', 'acme', 'https://app.example/acme'],
    ['https://app.example/', 'acme', 'https://app.example/acme'],
    ['https://app.example/sms/', 'twilio eu', 'https://app.example/sms/twilio%20eu'],
    ['https://app.example/sms', 'a/b?c#d%', 'https://app.example/sms/a%2Fb%3Fc%23d%25'],
    ['https://app.example/sms', '阿里', 'https://app.example/sms/%E9%98%BF%E9%87%8C'],
  ])('of %s for %s is %s', (publicUrl, id, url) => {
    expect(reportUrlOf(publicUrl, id)).toBe(url);
  });
});
