import dns from 'node:dns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lookupAddresses } from './dns-lookup.js';

type Callback = (error: unknown, addresses: readonly dns.LookupAddress[]) => void;
type Answer = readonly string[] | 'none' | 'mute';

/** The lookups that the system was asked for, and how each is answered. */
let system: { name: string; answer: Callback }[] = [];
/** What the resolver without threads answers, and how often it was asked and stopped. */
let spare: { ipv4: Answer; ipv6: Answer; asked: string[]; cancelled: number; servers: readonly string[] };

const refused = Object.assign(new Error('queryA'), { code: 'ENOTFOUND' });
const ip = (address: string) => ({ address, family: address.includes(':') ? 6 : 4 });
const never = () => new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  system = [];
  spare = { ipv4: 'none', ipv6: 'none', asked: [], cancelled: 0, servers: [] };
  const lookup = (name: string, _options: unknown, answer: Callback) => void system.push({ name, answer });
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
  vi.spyOn(dns, 'getServers').mockReturnValue(['192.0.2.53']);
  const give = (answer: Answer): Promise<readonly string[]> => {
    if (answer === 'mute') return new Promise(() => {});
    return answer === 'none' ? Promise.reject(refused) : Promise.resolve(answer);
  };
  class Resolver {
    setServers(servers: readonly string[]) {
      if (servers.includes('fe80::1%eth0')) throw new TypeError('Invalid IP address');
      spare.servers = servers;
    }
    resolve4(name: string) {
      spare.asked.push(name);
      return give(spare.ipv4);
    }
    resolve6() {
      return give(spare.ipv6);
    }
    cancel() {
      spare.cancelled += 1;
    }
  }
  vi.spyOn(dns.promises, 'Resolver').mockImplementation(function make() {
    return new Resolver() as unknown as dns.promises.Resolver;
  });
});
afterEach(() => {
  // Lookups under way are the process's: none may be left for the next test.
  for (const { answer } of system) answer(refused, []);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a lookup', () => {
  it('is one for all who ask for the same name, and another for another name', async () => {
    const asked = Array.from({ length: 10 }, () => lookupAddresses('a.example', never()));
    const other = lookupAddresses('b.example', never());
    expect(system.map(({ name }) => name)).toEqual(['a.example', 'b.example']);
    system[0]?.answer(null, [ip('192.0.2.1')]);
    system[1]?.answer(null, [ip('2001:db8::1')]);
    expect(await Promise.all(asked)).toEqual(Array(10).fill([ip('192.0.2.1')]));
    expect(await other).toEqual([ip('2001:db8::1')]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks for every address of the families that this machine has', () => {
    lookupAddresses('a.example', never()).catch(() => {});
    const hints = process.platform === 'win32' ? 0 : dns.ADDRCONFIG;
    expect(dns.lookup).toHaveBeenCalledExactlyOnceWith('a.example', { all: true, hints }, expect.any(Function));
  });

  it('is made again once it has ended, well or badly', async () => {
    for (const error of [refused, null]) {
      const asked = [lookupAddresses('a.example', never()), lookupAddresses('a.example', never())];
      system.at(-1)?.answer(error, [ip('192.0.2.1')]);
      const settled = await Promise.allSettled(asked);
      expect(settled.map((each) => (each.status === 'rejected' ? each.reason : each.value))).toEqual(
        Array(2).fill(error ?? [ip('192.0.2.1')]),
      );
    }
    expect(system.length).toBe(2);
  });

  it.each<[string, (answer: Callback) => void]>([
    [
      'throws',
      () => {
        throw refused;
      },
    ],
    ['answers at once', (answer) => answer(refused, [])],
  ])('fails with the error of a system that %s, and is made again', async (_name, behave) => {
    const lookup = vi.mocked(dns.lookup as (name: string, options: unknown, answer: Callback) => void);
    lookup.mockImplementation((_host, _options, answer) => behave(answer));
    for (let times = 1; times <= 2; times += 1) {
      await expect(lookupAddresses('a.example', never())).rejects.toBe(refused);
      expect(lookup).toHaveBeenCalledTimes(times);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on when the first who asked gives up, and serves whoever comes later', async () => {
    const caller = new AbortController();
    const first = lookupAddresses('a.example', caller.signal);
    caller.abort('too late');
    await expect(first).rejects.toBe('too late');
    expect(vi.getTimerCount()).toBe(0);
    const second = lookupAddresses('a.example', never());
    expect(system.length).toBe(1);
    system[0]?.answer(null, [ip('192.0.2.1')]);
    expect(await second).toEqual([ip('192.0.2.1')]);
  });
});

describe('a lookup that the system does not answer', () => {
  it('is answered after 250 ms by the name servers that the app has set, without a thread', async () => {
    spare = { ...spare, ipv4: ['192.0.2.4'], ipv6: ['2001:db8::6'] };
    const asked = [lookupAddresses('a.example', never()), lookupAddresses('a.example', never())];
    await vi.advanceTimersByTimeAsync(249);
    expect(spare.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(spare.asked).toEqual(['a.example']);
    expect(spare.servers).toEqual(['192.0.2.53']);
    expect(await Promise.all(asked)).toEqual(Array(2).fill([ip('2001:db8::6'), ip('192.0.2.4')]));
  });

  it('still holds its thread: nobody takes another one for the same name', async () => {
    spare = { ...spare, ipv4: ['192.0.2.4'] };
    for (let times = 1; times <= 3; times += 1) {
      const asked = lookupAddresses('a.example', never());
      await vi.advanceTimersByTimeAsync(250);
      expect(await asked).toEqual([ip('192.0.2.4')]);
      expect(spare.asked.length).toBe(times);
    }
    expect(system.length).toBe(1);
  });

  it.each<[string, Answer, Answer, number, string[]]>([
    ['has IPv4 only', ['192.0.2.4'], 'none', 250, ['192.0.2.4']],
    ['has IPv6 only', 'none', ['2001:db8::6'], 250, ['2001:db8::6']],
    ['is mute about IPv6, after 50 ms more', ['192.0.2.4'], 'mute', 300, ['192.0.2.4']],
  ])('is answered when the name %s', async (_name, ipv4, ipv6, afterMs, expected) => {
    spare = { ...spare, ipv4, ipv6 };
    const asked = lookupAddresses('a.example', never());
    await vi.advanceTimersByTimeAsync(afterMs);
    expect(await asked).toEqual(expected.map(ip));
  });

  it('waits for the system when the name servers know no address: a hosts file may know the name', async () => {
    const asked = lookupAddresses('a.example', never());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(spare.asked).toEqual(['a.example']);
    // Whoever comes later has them asked again.
    const later = lookupAddresses('a.example', never());
    await vi.advanceTimersByTimeAsync(250);
    expect(spare.asked).toEqual(['a.example', 'a.example']);
    system[0]?.answer(null, [ip('192.0.2.1')]);
    expect(await Promise.all([asked, later])).toEqual(Array(2).fill([ip('192.0.2.1')]));
  });

  it('waits for the system when its name servers are none that Node takes', async () => {
    vi.mocked(dns.getServers).mockReturnValue(['fe80::1%eth0']);
    const asked = lookupAddresses('a.example', never());
    await vi.advanceTimersByTimeAsync(10_000);
    system[0]?.answer(null, [ip('192.0.2.1')]);
    expect(await asked).toEqual([ip('192.0.2.1')]);
  });

  it('stops asking the name servers when nobody waits any more', async () => {
    spare = { ...spare, ipv4: 'mute', ipv6: 'mute' };
    const callers = [new AbortController(), new AbortController()];
    const asked = callers.map(({ signal }) => lookupAddresses('a.example', signal).catch((reason) => reason));
    await vi.advanceTimersByTimeAsync(250);
    callers[0]?.abort('first');
    expect(spare.cancelled).toBe(0);
    callers[1]?.abort('second');
    expect(spare.cancelled).toBe(1);
    expect(await Promise.all(asked)).toEqual(['first', 'second']);
  });

  it.each(['localhost', 'api.localhost', 'printer', 'gateway.internal', 'nas.local', 'router.lan', 'API.LOCALHOST.'])(
    'asks no name server for %s: it is this machine or this network that knows it',
    async (name) => {
      spare.ipv4 = ['203.0.113.9'];
      const caller = new AbortController();
      const looking = lookupAddresses(name, caller.signal);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(spare.asked).toEqual([]);
      caller.abort(new Error('enough'));
      await expect(looking).rejects.toThrow('enough');
    },
  );

  it('asks no name server when the system answers in time', async () => {
    const asked = lookupAddresses('a.example', never());
    await vi.advanceTimersByTimeAsync(249);
    system[0]?.answer(null, [ip('192.0.2.1')]);
    await asked;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(spare.asked).toEqual([]);
  });
});
