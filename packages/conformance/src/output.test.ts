import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whatIsPrinted } from './output.js';

let warningListeners: NodeJS.WarningListener[] = [];

beforeEach(() => {
  warningListeners = process.listeners('warning');
  process.removeAllListeners('warning');
  vi.spyOn(console, 'log').mockReturnValue(undefined);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const listener of warningListeners) process.on('warning', listener);
});

const printing = (print: () => void) => whatIsPrinted(async () => print()).then(({ printed }) => printed);

describe('whatIsPrinted()', () => {
  it('returns what the body returns, and nothing if nothing was printed', async () => {
    expect(await whatIsPrinted(async () => 17)).toEqual({ value: 17, printed: [] });
  });

  it('sees the console as a terminal would show it', async () => {
    const printed = await printing(() => console.log('key %s', 'k-1', { nested: [1] }));
    expect(printed).toEqual([{ where: 'the console', text: 'key k-1 { nested: [ 1 ] }\n' }]);
  });

  it('joins what is written in pieces, texts and bytes', async () => {
    const printed = await printing(() => {
      process.stderr.write('can');
      process.stderr.write(Buffer.from('ary'));
    });
    expect(printed).toEqual([{ where: 'stderr', text: 'canary' }]);
  });

  it('sees warnings, which are emitted later', async () => {
    const printed = await printing(() => process.nextTick(() => process.emit('warning', new Error('canary'))));
    expect(printed).toEqual([{ where: 'a process warning', text: expect.stringContaining('canary') }]);
  });

  it('prints it all the same', async () => {
    await printing(() => console.log('seen'));
    expect(console.log).toHaveBeenCalledExactlyOnceWith('seen');
  });

  it('puts everything back, also after a failure and after two at once', async () => {
    const before = [console.log, process.stdout.write, process.stderr.write, process.listeners('warning')];
    const owns = Object.getOwnPropertyNames(process.stdout);
    let finish = () => {};
    const long = whatIsPrinted(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await expect(whatIsPrinted(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    console.log('still seen');
    finish();
    expect((await long).printed).toEqual([{ where: 'the console', text: 'still seen\n' }]);
    expect([console.log, process.stdout.write, process.stderr.write, process.listeners('warning')]).toEqual(before);
    expect(Object.getOwnPropertyNames(process.stdout)).toEqual(owns);
  });
});
