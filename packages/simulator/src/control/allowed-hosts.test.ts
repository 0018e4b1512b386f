import { expect, test } from 'vitest';
import { AllowedHosts, plainHost } from './allowed-hosts.js';

test('a server that listens on a name is called by it', () => {
  const allowed = new AllowedHosts(['SMS.test']);
  expect(['sms.test', 'SMS.TEST.:8090'].map((host) => allowed.includes(host, '192.0.2.7'))).toEqual([true, true]);
  expect(allowed.includes('a.sms.test', '192.0.2.7')).toBe(false);
});

test('a server on every address is called by the one at which the call came in, however a socket writes it', () => {
  const allowed = new AllowedHosts(['0.0.0.0']);
  expect(allowed.includes('192.0.2.7:8090', '192.0.2.7')).toBe(true);
  expect(allowed.includes('192.0.2.7', '::ffff:192.0.2.7')).toBe(true);
  expect(allowed.includes('[::ffff:c000:207]', '192.0.2.7')).toBe(true);
  expect(allowed.includes('[2001:DB8::0:1]:8090', '2001:db8::1')).toBe(true);
  expect(allowed.includes('192.0.2.8', '192.0.2.7')).toBe(false);
  // A socket that is closed no longer knows its address.
  expect(allowed.includes('192.0.2.7', undefined)).toBe(false);
});

test.each([
  ['Mob', 'mob'],
  ['mob_api-1.test.', 'mob_api-1.test'],
  ['[::1]', '::1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['a'.repeat(253), 'a'.repeat(253)],
])('%s is compared as %s', (host, expected) => {
  expect(plainHost(host)).toBe(expected);
});

test.each(['', '.', '-a', 'a-', 'a b', 'a/b', 'mob:80', 'http://mob', '[mob]', '[::1', '*', 'ä.test', 'a'.repeat(254)])(
  '%s is no host',
  (host) => {
    expect(plainHost(host)).toBeUndefined();
  },
);
