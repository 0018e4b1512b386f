import { isIPv6, SocketAddress } from 'node:net';

/** An IP address in the one way in which it is compared: IPv6 shortened, IPv4 as IPv4 also where a socket maps it. */
export function plainAddress(address: string): string {
  const short = isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address;
  return short.replace(/^::ffff:(?=\d+\.)/u, '');
}
