import vm from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { isThenable, Listeners } from './listeners.js';

/** Objects with this name are what the linter warns of, and what is tried here. */
const then = 'then';
const turn = () => new Promise(setImmediate);

function listenersAndFailures() {
  const failures: unknown[] = [];
  return { listeners: new Listeners<string>((error) => failures.push(error)), failures };
}

describe('listeners', () => {
  it('are told in the order of their coming, each as often as it was added', () => {
    const { listeners } = listenersAndFailures();
    const told: string[] = [];
    const twice = (event: string) => told.push(`twice ${event}`);
    listeners.add(twice);
    listeners.add((event) => told.push(`once ${event}`));
    listeners.add(twice);
    listeners.emit('a');
    expect(told).toEqual(['twice a', 'once a', 'twice a']);
  });

  it('are no longer told once they have been stopped, first, last or in the middle, however often', () => {
    const { listeners } = listenersAndFailures();
    const told: number[] = [];
    const stops = [0, 1, 2, 3, 4].map((number) => listeners.add(() => told.push(number)));
    for (const number of [2, 0, 4, 4, 2]) stops[number]?.();
    listeners.emit('a');
    expect(told).toEqual([1, 3]);
    expect(listeners.isEmpty).toBe(false);
    stops[1]?.();
    stops[3]?.();
    expect(listeners.isEmpty).toBe(true);
    listeners.add(() => told.push(5));
    listeners.emit('b');
    expect(told).toEqual([1, 3, 5]);
  });

  it('stopped by an earlier one are not told, and those added meanwhile hear the next event only', () => {
    const { listeners } = listenersAndFailures();
    const told: string[] = [];
    let stopNext = () => {};
    const stopFirst = listeners.add(() => {
      stopFirst();
      stopNext();
      listeners.add((event) => told.push(`added ${event}`));
    });
    stopNext = listeners.add(() => told.push('stopped'));
    listeners.add((event) => told.push(`last ${event}`));
    listeners.emit('a');
    expect(told).toEqual(['last a']);
    listeners.emit('b');
    expect(told).toEqual(['last a', 'last b', 'added b']);
  });

  it('cleared during an event are not told', () => {
    const { listeners } = listenersAndFailures();
    const second = vi.fn();
    listeners.add(() => listeners.clear());
    listeners.add(second);
    listeners.emit('a');
    expect(second).not.toHaveBeenCalled();
    expect(listeners.isEmpty).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw 'failed';
      },
    ],
    ['reject', () => Promise.reject('failed')],
    ['reject in another realm', () => vm.runInNewContext("(async () => { throw 'failed' })()")],
    [
      'answer a thenable that rejects',
      () => ({ [then]: (_: unknown, reject: (reason: string) => void) => reject('failed') }),
    ],
    [
      'answer a thenable that throws',
      () => ({
        [then]: () => {
          throw 'failed';
        },
      }),
    ],
  ])('that %s keep their failure from everybody else', async (_name, listener) => {
    const { listeners, failures } = listenersAndFailures();
    const other = vi.fn();
    listeners.add(listener);
    listeners.add(other);
    listeners.emit('a');
    await turn();
    expect(other).toHaveBeenCalledExactlyOnceWith('a');
    expect(failures).toEqual(['failed']);
  });
});

describe('a thenable', () => {
  it.each<[string, unknown, boolean]>([
    ['a promise', Promise.resolve(), true],
    ['a promise of another realm', vm.runInNewContext('Promise.resolve()'), true],
    ['a function with then', Object.assign(() => {}, { [then]: () => {} }), true],
    ['an object whose then is no function', { [then]: 1 }, false],
    [
      'an object whose then throws',
      {
        get [then]() {
          throw new Error('trap');
        },
      },
      false,
    ],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'then', false],
  ])('%s', (_name, value, expected) => {
    expect(isThenable(value)).toBe(expected);
  });
});
