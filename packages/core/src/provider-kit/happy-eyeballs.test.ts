import type { LookupAddress } from 'node:dns';
import { EventEmitter } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectToFirst } from './happy-eyeballs.js';

/** A socket that does what the test says. */
class Attempt extends EventEmitter {
  readonly options: net.TcpNetConnectOpts;
  destroyed = false;

  constructor(options: net.TcpNetConnectOpts) {
    super();
    this.options = options;
  }

  destroy() {
    this.destroyed = true;
  }

  fail(code: string) {
    this.emit('error', Object.assign(new Error(code), { code }));
  }
}

let attempts: Attempt[] = [];
let caller = new AbortController();
const hosts = () => attempts.map(({ options }) => options.host);
const addresses = (...list: string[]): LookupAddress[] =>
  list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

beforeEach(() => {
  vi.useFakeTimers();
  attempts = [];
  caller = new AbortController();
  const connect = (options: net.TcpNetConnectOpts) => {
    const attempt = new Attempt(options);
    attempts.push(attempt);
    return attempt;
  };
  vi.spyOn(net, 'connect').mockImplementation(connect as unknown as typeof net.connect);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const race = (...list: string[]) => connectToFirst(addresses(...list), 443, caller.signal);

describe('connecting to a name with several addresses', () => {
  it('begins with the first, without delay and with the port', async () => {
    const socket = race('192.0.2.1', '192.0.2.2');
    expect(attempts.map(({ options }) => options)).toEqual([
      { host: '192.0.2.1', port: 443, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
    ]);
    attempts[0]?.emit('connect');
    expect(await socket).toBe(attempts[0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries one more every 250 ms, the families in turns, the first family first', () => {
    race('2001:db8::1', '2001:db8::2', '2001:db8::3', '192.0.2.1').catch(() => {});
    vi.advanceTimersByTime(249);
    expect(hosts()).toEqual(['2001:db8::1']);
    vi.advanceTimersByTime(1);
    expect(hosts()).toEqual(['2001:db8::1', '192.0.2.1']);
    vi.advanceTimersByTime(10_000);
    expect(hosts()).toEqual(['2001:db8::1', '192.0.2.1', '2001:db8::2', '2001:db8::3']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries those of the other family that are left over last', () => {
    race('192.0.2.1', '2001:db8::1', '2001:db8::2').catch(() => {});
    vi.advanceTimersByTime(10_000);
    expect(hosts()).toEqual(['192.0.2.1', '2001:db8::1', '2001:db8::2']);
  });

  it('tries the next at once when one fails, and then waits 250 ms again', () => {
    race('2001:db8::1', '192.0.2.1', '192.0.2.2').catch(() => {});
    vi.advanceTimersByTime(200);
    attempts[0]?.fail('ENETUNREACH');
    expect(hosts()).toEqual(['2001:db8::1', '192.0.2.1']);
    vi.advanceTimersByTime(249);
    expect(attempts.length).toBe(2);
    vi.advanceTimersByTime(1);
    expect(attempts.length).toBe(3);
  });

  it('takes an address that needs a second, though others were begun meanwhile, and closes those', async () => {
    const socket = race('192.0.2.1', '2001:db8::1', '192.0.2.2');
    vi.advanceTimersByTime(1_000);
    expect(attempts.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    attempts[0]?.emit('connect');
    expect(await socket).toBe(attempts[0]);
    expect(attempts.map(({ destroyed }) => destroyed)).toEqual([false, true, true]);
  });

  it('hears no more of the losers, nor of errors of the winner', async () => {
    const socket = race('192.0.2.1', '2001:db8::1', '192.0.2.2');
    vi.advanceTimersByTime(250);
    attempts[1]?.emit('connect');
    for (const attempt of attempts) attempt.fail('ECONNRESET');
    vi.advanceTimersByTime(10_000);
    expect(await socket).toBe(attempts[1]);
    expect(attempts.length).toBe(2);
  });

  it('fails with the error of the only address, or with all of them in one', async () => {
    const alone = race('192.0.2.1');
    attempts[0]?.fail('ECONNREFUSED');
    await expect(alone).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const both = race('2001:db8::1', '192.0.2.1');
    attempts[1]?.fail('ENETUNREACH');
    attempts[2]?.fail('ECONNREFUSED');
    await expect(both).rejects.toMatchObject({ errors: [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }] });
    expect(vi.getTimerCount()).toBe(0);
    await expect(race()).rejects.toBeInstanceOf(AggregateError);
  });

  it('waits for the last that is pending before it fails', async () => {
    const settled = vi.fn();
    const socket = race('2001:db8::1', '192.0.2.1').finally(settled);
    vi.advanceTimersByTime(250);
    attempts[1]?.fail('ECONNREFUSED');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(settled).not.toHaveBeenCalled();
    attempts[0]?.emit('connect');
    expect(await socket).toBe(attempts[0]);
  });

  it('closes every attempt when it is given up', async () => {
    const socket = race('2001:db8::1', '192.0.2.1', '192.0.2.2');
    vi.advanceTimersByTime(250);
    caller.abort('too late');
    await expect(socket).rejects.toBe('too late');
    expect(attempts.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    vi.advanceTimersByTime(10_000);
    expect(attempts.length).toBe(2);
  });
});
