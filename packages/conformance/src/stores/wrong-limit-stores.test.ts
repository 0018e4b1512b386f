import { type Limit, MemoryLimitStore } from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

const wrongLimits: readonly WrongStore<'limits'>[] = [
  {
    name: 'lets one more through',
    says: /exactly 1 of 1,/u,
    make: () =>
      new (class extends MemoryLimitStore {
        override take(key: string, { max, windowMs }: Limit) {
          return super.take(key, { max: max + 1, windowMs });
        }
      })(),
  },
  {
    name: 'gives back whenever it is asked',
    says: /gives nothing to the next window/u,
    make: () =>
      new (class extends MemoryLimitStore {
        override giveBack(key: string, limit: Limit) {
          return super.giveBack(key, limit, 0);
        }
      })(),
  },
  {
    name: 'gives nothing back',
    says: /frees exactly one that was given back/u,
    make: () =>
      new (class extends MemoryLimitStore {
        override async giveBack() {}
      })(),
  },
  {
    name: 'looks, waits, and then lets through',
    says: /among 200 at once was/u,
    make: () => {
      const looked = new Set<string>();
      return new (class extends MemoryLimitStore {
        override async take(key: string, limit: Limit) {
          const taking = await super.take(key, limit);
          if (taking.taken) looked.add(key);
          await Promise.resolve();
          return looked.has(key) && !taking.taken && taking.retryAfterMs === limit.windowMs
            ? ({ taken: true } as const)
            : taking;
        }
      })();
    },
  },
  {
    name: 'takes braces for what belongs together',
    says: /counts every key for itself/u,
    make: () =>
      new (class extends MemoryLimitStore {
        override take(key: string, limit: Limit) {
          return super.take(/\{(.+)\}/u.exec(key)?.[1] ?? key, limit);
        }
      })(),
  },
];

describe('a wrong store of limits', () => describeWrongStores('limits', wrongLimits));
