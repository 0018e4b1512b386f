import { describe, expect, it } from 'vitest';
import { holdsPassword, looksLikeSecret } from './provider-config-problems.js';

describe('the name of a field', () => {
  it.each([
    'key',
    'appKey',
    'appkey',
    'APP_KEY',
    'apiKEY',
    'APIKey',
    'accessKeySecret',
    'access-key-secret',
    'authToken',
    'tokens',
    'password',
    'dbPassword2',
    'passwordHash',
    'passphrase',
    'clientCredentials',
    'privateKeyPem',
    'Authorization',
  ])('%s looks like a secret', (name) => {
    expect(looksLikeSecret(name)).toBe(true);
  });

  it.each([
    'id',
    'baseUrl',
    'accessKeyId',
    'apiKeySid',
    'tokenUrl',
    'tokenTtlMs',
    'passwordLength',
    'keyFile',
    'signature',
    'keyword',
    'passenger',
    'env',
    '',
    '签名',
  ])('%s does not', (name) => {
    expect(looksLikeSecret(name)).toBe(false);
  });
});

describe('a URL', () => {
  it.each(['redis://user:hunter2@host/0', 'https://:hunter2@host', 'HTTPS://a:b@host'])(
    '%s holds a password',
    (url) => {
      expect(holdsPassword(url)).toBe(true);
    },
  );

  it.each([
    'https://api.example.com',
    'https://api.example.com:8443/a@b',
    'https://user@host',
    'https://host/?mail=a:b@c',
    'mailto:a@b',
    'Your code: a@b',
  ])('%s does not', (text) => {
    expect(holdsPassword(text)).toBe(false);
  });
});
