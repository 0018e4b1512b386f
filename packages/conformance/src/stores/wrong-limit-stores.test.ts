import {
  type LimitStore,
  type LimitUnit,
  MemoryLimitStore,
  type TakenUnit,
  type TakeResult,
} from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

/** A memory store in which something is done in another way. */
function wrong(change: (right: MemoryLimitStore) => Partial<LimitStore>): () => LimitStore {
  return () => {
    const right = new MemoryLimitStore();
    return {
      isShared: false,
      takeAll: (units) => right.takeAll(units),
      refund: (units) => right.refund(units),
      ...change(right),
    };
  };
}

/** Takes one after the other, and says at which one it stopped. */
function oneByOne(right: MemoryLimitStore, units: readonly LimitUnit[]) {
  const taken: TakenUnit[] = [];
  for (const [index, unit] of units.entries()) {
    const result = right.takeAll([unit]);
    if (!result.taken) return { taken, refusal: { ...result, index } };
    taken.push(...result.units);
  }
  return { taken, refusal: undefined };
}

/** Whose units are given back to whatever window there is now, as often as is asked. */
function forgetful(right: MemoryLimitStore): LimitStore['refund'] {
  const current = new Map<string, TakenUnit[]>();
  const takeAll = right.takeAll.bind(right);
  const nameOf = ({ key, limit }: LimitUnit) => JSON.stringify([key, limit]);
  right.takeAll = (units) => {
    const result = takeAll(units);
    for (const unit of result.taken ? result.units : []) {
      const name = nameOf(unit);
      current.set(name, [...(current.get(name) ?? []), unit]);
    }
    return result;
  };
  return (units) => {
    for (const unit of units) {
      const latest = current.get(nameOf(unit))?.pop();
      if (latest !== undefined) right.refund([latest]);
    }
  };
}

const wrongLimits: readonly WrongStore<'limits'>[] = [
  {
    name: 'lets one more through',
    says: /exactly 1 of 1,/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const wider = units.map(({ key, limit }) => ({ key, limit: { ...limit, max: limit.max + 1 } }));
        const result = right.takeAll(wider);
        return result.taken
          ? { taken: true, units: result.units.map((unit, index) => ({ ...unit, ...units[index] })) }
          : result;
      },
    })),
  },
  {
    name: 'takes some of the units and then refuses',
    says: /takes nothing of any if the window of unit 3 is full/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const { taken, refusal } = oneByOne(right, units);
        return refusal ?? { taken: true, units: taken };
      },
    })),
  },
  {
    name: 'takes the first alone',
    says: /takes one of each/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const result = right.takeAll(units.slice(0, 1));
        return result.taken
          ? { taken: true, units: units.map((unit) => ({ id: '', ...result.units[0], ...unit })) }
          : result;
      },
    })),
  },
  {
    name: 'says that the first refuses, whichever does',
    says: /takes nothing of any if the window of unit 1 is full/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const result = right.takeAll(units);
        return result.taken ? result : { ...result, index: 0 };
      },
    })),
  },
  {
    name: 'tells of the first that is full, not of the one that ends last',
    says: /names the one to wait longest for/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const { taken, refusal } = oneByOne(right, units);
        if (refusal === undefined) return { taken: true, units: taken };
        right.refund(taken);
        return refusal;
      },
    })),
  },
  {
    name: 'names the units in another order',
    says: /names them in the order/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const result = right.takeAll(units);
        return result.taken ? { taken: true, units: result.units.toReversed() } : result;
      },
    })),
  },
  {
    name: 'gives back to whatever window there is',
    says: /gives nothing to the next window/u,
    make: wrong((right) => ({ refund: forgetful(right) })),
  },
  {
    name: 'gives back as often as it is asked',
    says: /gives a unit back once, however often/u,
    make: wrong((right) => ({ refund: forgetful(right) })),
  },
  {
    name: 'knows its units by the object alone',
    says: /as they come out of JSON/u,
    make: wrong((right) => {
      const known = new WeakSet<TakenUnit>();
      return {
        takeAll: (units): TakeResult => {
          const result = right.takeAll(units);
          for (const unit of result.taken ? result.units : []) known.add(unit);
          return result;
        },
        refund: (units) => right.refund(units.filter((unit) => known.has(unit))),
      };
    }),
  },
  {
    name: 'gives back the first of several alone',
    says: /several at a time/u,
    make: wrong((right) => ({ refund: (units) => right.refund(units.slice(0, 1)) })),
  },
  {
    name: 'keeps a window of which all was given back',
    says: /random sequence/u,
    make: wrong((right) => {
      const wider = <Unit extends LimitUnit>(units: readonly Unit[]) =>
        units.map((unit) => ({ ...unit, limit: { ...unit.limit, max: unit.limit.max + 1 } }));
      return {
        takeAll: (units) => {
          const result = right.takeAll(wider(units));
          if (!result.taken) return result;
          // Each window begins with one more unit, which nobody gives back.
          right.takeAll(result.units.filter(({ id }) => id.endsWith('.1')));
          return { taken: true, units: result.units.map((unit, index) => ({ ...unit, ...units[index] })) };
        },
        refund: (units) => right.refund(wider(units)),
      };
    }),
  },
  {
    name: 'gives nothing back',
    says: /frees exactly one that was given back/u,
    make: wrong(() => ({ refund: () => {} })),
  },
  {
    name: 'looks, waits, and then lets through',
    says: /among 200 at once was/u,
    make: wrong((right) => {
      const taken = new Map<string, TakenUnit>();
      return {
        takeAll: async (units) => {
          const result = right.takeAll(units);
          const [unit] = result.taken ? result.units : [];
          if (unit !== undefined) taken.set(unit.key, unit);
          await Promise.resolve();
          const last = taken.get(units[0]?.key ?? '');
          const isFresh = !result.taken && result.retryAfterMs === units[0]?.limit.windowMs;
          return isFresh && last !== undefined && units.length === 1 ? { taken: true, units: [last] } : result;
        },
      };
    }),
  },
  {
    name: 'takes braces for what belongs together',
    says: /counts every key for itself/u,
    make: wrong((right) => ({
      takeAll: (units) => {
        const braced = units.map(({ key, limit }) => ({ key: /\{(.+)\}/u.exec(key)?.[1] ?? key, limit }));
        const result = right.takeAll(braced);
        return result.taken
          ? { taken: true, units: result.units.map((unit, index) => ({ ...unit, ...units[index] })) }
          : result;
      },
    })),
  },
];

describe('a wrong store of limits', () => describeWrongStores('limits', wrongLimits));
