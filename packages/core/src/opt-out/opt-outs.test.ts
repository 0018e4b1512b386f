import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MemoryOptOutStore } from './memory-opt-out-store.js';
import { now, number, optOutsOver, person } from './opt-outs.test.fixture.js';

const other = '+12065550199';

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
    ['12345', 'ACME12345'],
    ['12345', '12345 ACME'],
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
    await say('STOP', { at: 0 });
    expect(remove.mock.calls.map(([, time]) => time)).toEqual([now, now]);
    expect(add.mock.calls.map(([, time]) => time)).toEqual([7, 7, 0, 0]);
  });
});
