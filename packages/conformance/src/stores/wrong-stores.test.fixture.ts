import { afterEach, expect, it, vi } from 'vitest';
import { CollectingRunner } from '../self-test/collecting-runner.js';
import { describeSmsStores } from './describe-sms-stores.js';
import type { SmsStores } from './stores-options.js';

/** A store that breaks one rule, and what the kit must say of it. */
export interface WrongStore<Port extends keyof SmsStores> {
  readonly name: string;
  readonly says: RegExp;
  readonly make: (clock: { readonly now: () => number }) => SmsStores[Port];
}

/** Defines a test for each wrong store: the kit must find what is wrong with it. */
export function describeWrongStores<Port extends keyof SmsStores>(
  port: Port,
  wrongs: readonly WrongStore<Port>[],
): void {
  afterEach(() => void vi.useRealTimers());

  for (const { name, says, make } of wrongs) {
    it(`is found if it ${name}`, async () => {
      const runner = new CollectingRunner();
      const create = () => {
        vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
        const advance = (ms: number) => void vi.advanceTimersByTime(ms);
        return { stores: { [port]: make({ now: () => performance.now() }) }, advance, close: () => {} };
      };
      describeSmsStores({ name: 'wrong', test: runner.test, ports: [port], create });

      const failures = (await runner.run({ until: says })).flatMap(({ failure }) => failure ?? []);

      expect(failures).toContainEqual(expect.stringMatching(says));
      for (const failure of failures) expect(failure).toContain('\nRemedy: ');
    });
  }
}
