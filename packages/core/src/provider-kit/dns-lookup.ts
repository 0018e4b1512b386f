import dns, { type LookupAddress } from 'node:dns';
import { onAbort } from './deadline.js';

/** After this long without an answer the name servers are asked without a thread, too. */
const patienceMs = 250;

/** How long an IPv4 address waits for the IPv6 ones of the same name (RFC 8305, section 3, "Resolution Delay"). */
const resolutionDelayMs = 50;

const underWay = new Map<string, SharedLookup>();

/**
 * The addresses of a name, as the operating system knows them. Rejects with the system's error, or with the signal's
 * reason once that is aborted.
 *
 * `dns.lookup` occupies one of libuv's threads until the system answers, and of those only two do lookups unless
 * `UV_THREADPOOL_SIZE` says otherwise: a name server that is mute holds them for many seconds, and nothing can take
 * them back. They belong to the whole process, so one name has one lookup under way at a time, whoever asks. And whoever
 * has waited 250 ms is served by Node's other resolver as well, which needs no thread: a provider whose name can be
 * resolved is reached however many names of others are mute. Only addresses are taken from that one: that a name does
 * not exist is for the system to say, which also knows the names of hosts files.
 */
export function lookupAddresses(hostname: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  const shared = underWay.get(hostname);
  if (shared !== undefined) return shared.wait(signal);
  const lookup = new SharedLookup(hostname);
  underWay.set(hostname, lookup);
  const addresses = lookup.wait(signal);
  lookup.start();
  return addresses;
}

type Waiter = (error: unknown, addresses: readonly LookupAddress[]) => void;

class SharedLookup {
  readonly #hostname: string;
  readonly #waiters = new Set<Waiter>();
  #patience: NodeJS.Timeout | undefined;
  #resolver: dns.promises.Resolver | undefined;

  constructor(hostname: string) {
    this.#hostname = hostname;
  }

  start(): void {
    const end: Waiter = (error, addresses) => {
      underWay.delete(this.#hostname);
      this.#settle(error, addresses);
    };
    // What Node's own sockets ask for: no addresses of a family that this machine does not have.
    const hints = process.platform === 'win32' ? 0 : dns.ADDRCONFIG;
    try {
      dns.lookup(this.#hostname, { all: true, hints }, end);
    } catch (error) {
      end(error, []);
    }
  }

  wait(signal: AbortSignal): Promise<readonly LookupAddress[]> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = (error, addresses) => {
        stopListening();
        this.#waiters.delete(waiter);
        if (this.#waiters.size === 0) this.#rest();
        if (error) reject(error);
        else resolve(addresses);
      };
      const stopListening = onAbort(signal, () => waiter(signal.reason, []));
      this.#waiters.add(waiter);
      this.#patience ??= setTimeout(() => void this.#askWithoutThread(), patienceMs);
    });
  }

  #settle(error: unknown, addresses: readonly LookupAddress[]): void {
    for (const waiter of [...this.#waiters]) waiter(error, addresses);
  }

  /** Nobody waits any more. The lookup cannot be stopped; the next caller joins it. */
  #rest(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#resolver?.cancel();
    this.#resolver = undefined;
  }

  async #askWithoutThread(): Promise<void> {
    if (isOfThisNetwork(this.#hostname)) return;
    const resolver = new dns.promises.Resolver();
    this.#resolver = resolver;
    const addresses = await resolve(this.#hostname, resolver).catch(() => []);
    if (this.#resolver !== resolver) return;
    if (addresses.length > 0) this.#settle(undefined, addresses);
    // Whoever comes next may ask again.
    else this.#patience = undefined;
  }
}

/**
 * Names that are not for name servers to answer, or not for those that the whole world can ask: this machine's own
 * (RFC 6761, section 6.3), those of a local network, and single words. Plain HTTP may go to some of them, where no
 * certificate proves who answers.
 */
function isOfThisNetwork(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return !name.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa|test|invalid)$/.test(name);
}

async function resolve(hostname: string, resolver: dns.promises.Resolver): Promise<readonly LookupAddress[]> {
  // The servers that the app has set, if it has. Those of a system can be ones that Node refuses (`fe80::1%eth0`).
  resolver.setServers(dns.getServers());
  const ipv4 = addressesOf(4, resolver.resolve4(hostname));
  const ipv6 = addressesOf(6, resolver.resolve6(hostname));
  const first = await ipv4;
  if (first.length === 0) return ipv6;
  return [...(await Promise.race([ipv6, nothingAfter(resolutionDelayMs)])), ...first];
}

async function addressesOf(family: 4 | 6, answer: Promise<readonly string[]>): Promise<readonly LookupAddress[]> {
  const addresses = await answer.catch(() => []);
  return addresses.map((address) => ({ address, family }));
}

function nothingAfter(ms: number): Promise<readonly never[]> {
  return new Promise((resolve) => {
    setTimeout(() => resolve([]), ms).unref();
  });
}
