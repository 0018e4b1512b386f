import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { InboundMessage } from '../contract/provider-events.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { MemoryOptOutStore } from './memory-opt-out-store.js';
import { withOptOutDefaults } from './opt-out-options.js';
import type { OptOutStore } from './opt-out-store.js';
import { OptOuts } from './opt-outs.js';

const now = Date.UTC(2026, 0, 2);
const number = '+12065550100';
const other = '+12065550199';
const person = '+14255550123';

function optOutsOver(store: OptOutStore = new MemoryOptOutStore(), keyOf = (text: string) => text) {
  const { words } = withOptOutDefaults({});
  const optOuts = new OptOuts({ store, words, reports: true, keyOf, now: () => now });
  const say = (text: string, more: Partial<InboundMessage> = {}, provider = 'twilio') =>
    optOuts.apply(provider, { kind: 'inbound', from: person, to: number, text, ...more }, new ManualDeadline());
  const blocked = async (senderId?: string, to = person, providers = ['twilio', 'vonage']) => [
    ...(await optOuts.blockedProviders({ to: parsePhoneNumber(to), senderId, providers }, new ManualDeadline())),
  ];
  return { optOuts, store, say, blocked };
}

describe('an opt-out', () => {
  it('is what a message says that is STOP or START alone, and nothing else is kept', async () => {
    const { say, store } = optOutsOver();
    expect(await say('Please stop')).toBeUndefined();
    expect((store as MemoryOptOutStore).size).toBe(0);
    expect([await say('Stop.'), await say('start')]).toEqual(['stop', 'start']);
  });

  it('is what the vendor has taken it for, whatever the words', async () => {
    const { say, blocked } = optOutsOver();
    expect(await say('leave me in peace', { optOut: 'stop' })).toBe('stop');
    expect(await blocked()).toEqual(['twilio']);
    expect(await say('STOP', { optOut: 'start', at: now })).toBe('start');
  });

  it('may be one letter from a Chinese number, and from no other', async () => {
    const { say, blocked } = optOutsOver();
    expect(await say('T', { from: '+8613800138000' })).toBe('stop');
    expect(await say('T')).toBeUndefined();
    expect([await blocked(undefined, '+8613800138000'), await blocked()]).toEqual([['twilio'], []]);
  });

  it('keeps the account that it was said to from the phone, under whatever sender', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP');
    for (const senderId of [undefined, other, 'ACME', '']) expect(await blocked(senderId)).toEqual(['twilio']);
  });

  it('keeps the number that it was said to from the phone, through whatever account', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP');
    expect(await blocked(number)).toEqual(['twilio', 'vonage']);
    expect(await blocked(number, person, ['vonage'])).toEqual(['vonage']);
  });

  it('leaves other accounts, other phones and no providers alone', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP');
    expect(await blocked(undefined, person, ['vonage', 'aws'])).toEqual([]);
    expect(await blocked(number, '+14255550124')).toEqual([]);
    expect(await blocked(undefined, person, [])).toEqual([]);
  });

  it.each([
    ['+12065550100', '12065550100'],
    ['12065550100', '+1 (206) 555-0100'],
    ['0012065550100', '+12065550100'],
    ['\u200e+12065550100', '+12065550100'],
    ['＋１２０６５５５０１００', '+12065550100'],
    ['12345', ' 12345 '],
    ['Acme', 'ACME'],
    ['Acme Inc', 'acmeinc'],
  ])('knows one sender in two spellings: %s, %s', async (to, senderId) => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { to });
    expect(await blocked(senderId, person, ['vonage'])).toEqual(['vonage']);
  });

  it.each([
    ['12345', '123456'],
    ['12345', '1234'],
    ['ACME', 'ACME1'],
    ['twilio', 'vonage'],
  ])('takes no sender for another: %s, %s', async (to, senderId) => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { to });
    expect(await blocked(senderId, person, ['vonage'])).toEqual([]);
  });

  it('takes no account for a sender of its name, and none without a name for all', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { to: ' ' }, 'VONAGE');
    expect(await blocked('VONAGE', person, ['twilio'])).toEqual([]);
    expect(await blocked('', person, ['twilio', 'VONAGE'])).toEqual(['VONAGE']);
  });

  it('holds for both spellings of one phone', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { from: '+541123456789' });
    expect(await blocked(undefined, '+5491123456789')).toEqual(['twilio']);
  });

  it('of no phone is told and kept of nobody', async () => {
    const { say, store } = optOutsOver();
    for (const from of ['22000', 'ACME', '']) expect(await say('STOP', { from })).toBe('stop');
    expect((store as MemoryOptOutStore).size).toBe(0);
  });
});

describe('START', () => {
  it('takes back what was said to the same number and account', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { at: 1 });
    await say('START', { at: 2 });
    expect([await blocked(), await blocked(number)]).toEqual([[], []]);
  });

  it('to another number of the account opens the account again, but not the number', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { at: 1 });
    await say('START', { at: 2, to: other });
    expect([await blocked(), await blocked(other), await blocked(number)]).toEqual([[], [], ['twilio', 'vonage']]);
  });

  it('to another account changes nothing for the first', async () => {
    const { say, blocked } = optOutsOver();
    await say('STOP', { at: 1 });
    await say('START', { at: 2, to: other }, 'vonage');
    expect(await blocked()).toEqual(['twilio']);
  });

  it('counts if it is later, in any order and however often each comes', async () => {
    const word = fc.record({ text: fc.constantFrom('STOP', 'START'), at: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 8 }), async (words) => {
        const { say, blocked } = optOutsOver();
        for (const { text, at } of words) await say(text, { at });
        const last = Math.max(...words.map(({ at }) => at));
        // Of one time STOP counts.
        const isStopped = words.some(({ text, at }) => at === last && text === 'STOP');
        expect(await blocked()).toEqual(isStopped ? ['twilio'] : []);
      }),
    );
  });

  it.each([
    ['to come', now + 86_400_000],
    ['without end', Number.POSITIVE_INFINITY],
    ['that is none', Number.NaN],
    ['before 1970', -1],
    ['that nobody says', undefined],
  ])('of a time %s is of now, and outlasts no later STOP', async (_, at) => {
    const store = new MemoryOptOutStore();
    const [add, remove] = [vi.spyOn(store, 'add'), vi.spyOn(store, 'remove')];
    const { say } = optOutsOver(store);
    await say('START', { at });
    await say('STOP', { at: 7.9 });
    expect(remove.mock.calls.map(([, time]) => time)).toEqual([now, now]);
    expect(add.mock.calls.map(([, time]) => time)).toEqual([7, 7]);
  });
});

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
      message: expect.stringContaining('the vendor is to repeat it'),
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
