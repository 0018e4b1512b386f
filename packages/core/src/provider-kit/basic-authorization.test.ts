import { expect, it } from 'vitest';
import { basicAuthorization } from './basic-authorization.js';

it('writes the example of RFC 7617, and UTF-8', () => {
  expect(basicAuthorization('Aladdin', 'open sesame')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  expect(basicAuthorization('test', '123£')).toBe('Basic dGVzdDoxMjPCow==');
});
