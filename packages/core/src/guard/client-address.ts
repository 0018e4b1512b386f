import { isIPv4, isIPv6 } from 'node:net';
import { SmsError } from '../errors/sms-error.js';

/**
 * What an address is counted by: an IPv4 address itself, also when it comes in IPv6's clothes (`::ffff:192.0.2.1`,
 * `64:ff9b::192.0.2.1`), and of an IPv6 address its /64, since whoever has one address of it has them all.
 * Only what is written as the standards say: other forms mean other addresses to other parsers.
 *
 * @throws SmsError `invalid_request`; its message never repeats the input
 */
export async function countedAddress(ip: string): Promise<string> {
  if (typeof ip !== 'string') throw invalidAddress();
  if (isIPv4(ip)) return ip;
  // A zone (`%eth0`) means something on one machine only, and would be another key for the same address.
  if (!isIPv6(ip) || ip.includes('%')) throw invalidAddress();
  // With the first such address: an app without any need not load it.
  const { default: ipaddr } = await import('ipaddr.js');
  const address = ipaddr.IPv6.parse(ip);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  // An IPv4 address that a translator (NAT64) wrote: all of them share one /64.
  if (address.range() === 'rfc6052') return ipaddr.fromByteArray(address.toByteArray().slice(12)).toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

function invalidAddress(): SmsError {
  return new SmsError({
    code: 'invalid_request',
    outcome: 'not-sent',
    message:
      'ip: must be the IPv4 or IPv6 address of the client, without port, brackets and zone; or leave it out, and no limit for addresses holds. Behind a proxy, take it from the header that your own proxy sets.',
  });
}
