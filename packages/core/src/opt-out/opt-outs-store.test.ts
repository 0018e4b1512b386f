import { describe, expect, it, vi } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { MemoryOptOutStore } from './memory-opt-out-store.js';
import { number, optOutsOver, person } from './opt-outs.test.fixture.js';

describe('the store of opt-outs', () => {
  const message = { to: parsePhoneNumber(person), senderId: number, providers: ['twilio', 'vonage'] };

  it('is asked once for all providers and the sender, by keys that keyOf has made', async () => {
    const store = new MemoryOptOutStore();
    const has = vi.spyOn(store, 'has');
    const hidden = new Map<string, string>();
    const keyOf = (text: string) => {
      const key = `key ${hidden.size}`;
      hidden.set(text, key);
      return key;
    };
    await optOutsOver(store, keyOf).blocked(number);
    // The phone is hidden once for all accounts, and once with the number that the message comes from.
    expect([...hidden.keys()].every((text) => text.includes(person))).toBe(true);
    const [sender, accounts] = [...hidden.values()];
    expect(hidden.size).toBe(2);
    expect(has.mock.calls).toEqual([[[`${accounts}:twilio`, `${accounts}:vonage`, sender]]]);
  });

  it('is asked nothing for no providers', async () => {
    const store = new MemoryOptOutStore();
    const has = vi.spyOn(store, 'has');
    expect(await optOutsOver(store).blocked(undefined, person, [])).toEqual([]);
    expect(has).not.toHaveBeenCalled();
  });

  it('has keys that stay as they are: under others, what people have said for years would not be found', async () => {
    const store = new MemoryOptOutStore();
    const [add, has] = [vi.spyOn(store, 'add'), vi.spyOn(store, 'has')];
    const { say, blocked } = optOutsOver(store);
    const account = '["opt-out","+14255550123","account"]:twilio';
    await say('STOP', { to: '+1 206 555 0100' });
    await say('STOP', { to: 'Acme Inc' });
    expect(add.mock.calls.map(([key]) => key)).toEqual([
      account,
      '["opt-out","+14255550123","number","12065550100"]',
      account,
      '["opt-out","+14255550123","number","ACMEINC"]',
    ]);
    await blocked(undefined, person, ['twilio']);
    expect(has.mock.calls).toEqual([[[account]]]);
  });

  it('that is down keeps the message from being sent', async () => {
    const store = new MemoryOptOutStore();
    for (const failing of [
      () => Promise.reject(new Error('ECONNREFUSED')),
      () => {
        throw new Error(person);
      },
    ]) {
      vi.spyOn(store, 'has').mockImplementationOnce(failing as never);
      const asked = optOutsOver(store).optOuts.blockedProviders(message, new ManualDeadline());
      await expect(asked).rejects.toMatchObject({
        code: 'store_unavailable',
        outcome: 'not-sent',
        message: expect.stringMatching(/^The opt-out store failed \(Error\)\. Nothing was sent: /),
      });
    }
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no list', 'true'],
    ['too little', [false]],
    ['too much', [false, false, false, false]],
    ['numbers', [0, 0, 0]],
    ['a number among others', [false, 0, false]],
  ])('that answers %s keeps it from being sent as well', async (_, answer) => {
    const store = { isShared: true, add: () => {}, remove: () => {}, has: () => answer as never };
    const asked = optOutsOver(store).optOuts.blockedProviders(message, new ManualDeadline());
    await expect(asked).rejects.toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
  });

  it.each([
    ['deadline_exceeded', 'store_unavailable'],
    ['aborted', 'aborted'],
  ] as const)('that hangs is waited for until the call ends: %s', async (end, code) => {
    const hanging = () => new Promise<never>(() => {});
    const { optOuts } = optOutsOver({ isShared: true, add: hanging, remove: hanging, has: hanging });
    const deadline = new ManualDeadline();
    const inbound = { kind: 'inbound', from: person, to: number, text: 'STOP' } as const;
    const asked = [optOuts.blockedProviders(message, deadline), optOuts.apply('twilio', inbound, deadline)];
    const settled = Promise.allSettled(asked);
    deadline.end(end);
    const rejected = { status: 'rejected', reason: expect.objectContaining({ code, outcome: 'not-sent' }) };
    expect(await settled).toEqual([rejected, rejected]);
    expect(deadline.listening).toBe(0);
  });

  it('that keeps one of the two keys only has not kept what was said, and may be told again', async () => {
    const right = new MemoryOptOutStore();
    let calls = 0;
    const { say, blocked } = optOutsOver({
      isShared: true,
      add: (key, at) => {
        calls += 1;
        if (calls === 2) throw new Error('READONLY');
        return right.add(key, at);
      },
      remove: (key, at) => right.remove(key, at),
      has: (keys) => right.has(keys),
    });
    await expect(say('STOP', { at: 1 })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^The opt-out store failed .*the vendor is to repeat it/),
    });
    expect(await say('STOP', { at: 1 })).toBe('stop');
    expect(await blocked(number)).toEqual(['twilio', 'vonage']);
  });

  it('leaves no rejection unheard if both keys fail, one at once and one later', async () => {
    let calls = 0;
    const { say } = optOutsOver({
      isShared: true,
      add: () => {
        calls += 1;
        if (calls === 2) throw new Error('at once');
        return Promise.reject(new Error('later'));
      },
      remove: () => {},
      has: () => [],
    });
    await expect(say('STOP')).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('that is full says so by itself', async () => {
    const { say } = optOutsOver(new MemoryOptOutStore({ maxKeys: 1 }));
    await expect(say('STOP')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('is full'),
    });
  });
});
