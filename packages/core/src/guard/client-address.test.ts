import { describe, expect, it } from 'vitest';
import { errorOf } from './guard.test.fixture.js';
import { countedAddress } from './limit-ledger.js';

describe('what an address is counted by', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    // The deprecated form of an IPv4 address.
    ['::192.0.2.1', '192.0.2.1'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    // By way of a translator, RFC 6052.
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:202', '192.0.2.2'],
  ])('%s is %s', async (ip, counted) => {
    expect(await countedAddress(ip)).toBe(counted);
  });

  it('tells the next /64 apart', async () => {
    expect(await countedAddress('2001:db8:1:3::1')).not.toBe(await countedAddress('2001:db8:1:2::1'));
  });

  it.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '010.0.0.1',
    '0x10.0.0.1',
    '3221225985',
    '192.0.2.1:443',
    ' 192.0.2.1',
    '192.0.2.1\n',
    '192.0.2.1, 192.0.2.2',
    '192.0.2.0/24',
    '[2001:db8::1]',
    '[2001:db8::1]:443',
    '2001:db8::1/64',
    'fe80::1%eth0',
    '::ffff:192.0.2.1%1',
    '::ffff:010.0.0.1',
    '::ffff:192.0.2',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '١٩٢.0.2.1',
    `${'1'.repeat(100)}.0.2.1`,
    undefined,
    42,
    ['192.0.2.1'],
  ])('refuses %j', async (ip) => {
    const error = await errorOf(Promise.resolve().then(() => countedAddress(ip as string)));
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(error.message).toBe(
      'ip: must be the IPv4 or IPv6 address of the client, without port, brackets and zone; or leave it out, and no limit for addresses holds. Behind a proxy, take it from the header that your own proxy sets.',
    );
  });
});
