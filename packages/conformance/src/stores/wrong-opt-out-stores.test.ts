import { MemoryOptOutStore, type OptOutStore } from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

/** A memory store in which something is done in another way. */
function wrong(
  change: (right: MemoryOptOutStore, now: () => number) => Partial<OptOutStore>,
): WrongStore<'optOuts'>['make'] {
  return ({ now }) => {
    const right = new MemoryOptOutStore();
    return {
      isShared: false,
      add: (key, at) => right.add(key, at),
      remove: (key, at) => right.remove(key, at),
      has: (keys) => right.has(keys),
      ...change(right, now),
    };
  };
}

/** Keys that are opted out, and since when; nothing of what was taken back. */
function forgetful(): Map<string, number> {
  return new Map<string, number>();
}

const dayMs = 24 * 60 * 60 * 1000;

const wrongOptOuts: readonly WrongStore<'optOuts'>[] = [
  {
    name: 'lets the last word count that it is told',
    says: /keeps an opt-out from a newer opt-in that is told first/u,
    make: wrong(() => {
      const out = new Set<string>();
      return {
        add: (key) => void out.add(key),
        remove: (key) => void out.delete(key),
        has: (keys) => keys.map((key) => out.has(key)),
      };
    }),
  },
  {
    name: 'forgets when an opt-out was taken back, so that an older one wins',
    says: /knows that an opt-out is older than what took it back/u,
    make: wrong(() => {
      const out = forgetful();
      return {
        add: (key, at) => void out.set(key, Math.max(at, out.get(key) ?? at)),
        remove: (key, at) => void (at > (out.get(key) ?? at) && out.delete(key)),
        has: (keys) => keys.map((key) => out.has(key)),
      };
    }),
  },
  {
    name: 'forgets what was taken back if there was no opt-out before',
    says: /knows that an opt-out is older than what took it back/u,
    make: wrong((right) => {
      const known = new Set<string>();
      return {
        add: (key, at) => {
          known.add(key);
          right.add(key, at);
        },
        remove: (key, at) => (known.has(key) ? right.remove(key, at) : undefined),
      };
    }),
  },
  {
    name: 'forgets the order at a restart, a few days later',
    says: /still knows so a week later/u,
    make: wrong((right, now) => {
      const backUntil = new Map<string, number>();
      let began = now();
      return {
        remove: (key, at) => {
          right.remove(key, at);
          if (right.has([key])[0] === false) backUntil.set(key, at);
        },
        add: (key, at) => {
          if (now() - began > 5 * dayMs) {
            began = now();
            const out = [...backUntil.keys()].filter((each) => right.has([each])[0] === true);
            right.clear();
            for (const each of out) right.add(each, at);
          }
          right.add(key, at);
        },
      };
    }),
  },
  {
    name: 'lets the opt-in count of one time',
    says: /lets the opt-out count if both were said at one time/u,
    make: wrong((right) => ({
      add: (key, at) => right.add(key, at * 2),
      remove: (key, at) => right.remove(key, at * 2 + 1),
    })),
  },
  {
    name: 'lets the first count of one time',
    says: /lets the opt-out count if both were said at one time/u,
    make: wrong((right) => {
      const seen = new Set<string>();
      return {
        add: (key, at) => (seen.has(`${key} ${at}`) ? undefined : right.add(key, at)),
        remove: (key, at) => {
          seen.add(`${key} ${at}`);
          right.remove(key, at);
        },
      };
    }),
  },
  {
    name: 'takes the time of the word that is told last',
    says: /keeps the latest time of a word that is told again/u,
    make: wrong(() => {
      const out = forgetful();
      const back = forgetful();
      return {
        add: (key, at) => {
          if (at < (back.get(key) ?? at)) return;
          back.delete(key);
          out.set(key, at);
        },
        remove: (key, at) => {
          if (at <= (out.get(key) ?? -1)) return;
          out.delete(key);
          back.set(key, at);
        },
        has: (keys) => keys.map((key) => out.has(key)),
      };
    }),
  },
  {
    name: 'keeps the time at which a word was told first',
    says: /moves the time of a word that is told with a later one/u,
    make: wrong((right) => ({ add: (key, at) => (right.has([key])[0] === true ? undefined : right.add(key, at)) })),
  },
  {
    name: 'counts in seconds',
    says: /tells times apart by the millisecond/u,
    make: wrong((right) => ({
      add: (key, at) => right.add(key, Math.floor(at / 1000)),
      remove: (key, at) => right.remove(key, Math.floor(at / 1000)),
    })),
  },
  {
    name: 'takes time 0 for no time',
    says: /tells times apart by the millisecond/u,
    make: wrong((right) => ({ add: (key, at) => (at === 0 ? undefined : right.add(key, at)) })),
  },
  {
    name: 'lets an opt-out expire',
    says: /keeps an opt-out for good/u,
    make: wrong((right, now) => {
      const addedAt = new Map<string, number>();
      return {
        add: (key, at) => {
          addedAt.set(key, now());
          right.add(key, at);
        },
        has: (keys) =>
          right.has(keys).map((isOut, index) => isOut && now() - (addedAt.get(keys[index] ?? '') ?? 0) < 30 * dayMs),
      };
    }),
  },
  {
    name: 'answers in another order',
    says: /answers for every key in the order of the question/u,
    make: wrong((right) => ({ has: (keys) => right.has(keys.toSorted()) })),
  },
  {
    name: 'answers once for a key that is asked twice',
    says: /answers for every key in the order of the question/u,
    make: wrong((right) => ({ has: (keys) => right.has([...new Set(keys)]) })),
  },
  {
    name: 'names the keys that are opted out instead',
    says: /answers for every key in the order of the question/u,
    make: wrong((right) => ({ has: (keys) => keys.filter((key) => right.has([key])[0]) as never })),
  },
  {
    name: 'answers for the first keys alone',
    says: /answers for a hundred keys at once/u,
    make: wrong((right) => ({ has: (keys) => right.has(keys).map((isOut, index) => isOut && index < 50) })),
  },
  {
    name: 'forgets a key when it has answered',
    says: /changes nothing by answering/u,
    make: wrong((right) => ({
      has: (keys) => {
        const answers = right.has(keys);
        for (const key of keys) right.remove(key, 2);
        return answers;
      },
    })),
  },
  {
    name: 'takes braces for what belongs together',
    says: /keeps every key for itself/u,
    make: wrong((right) => {
      const braced = (key: string) => /^(.*)\{(.+)\}/u.exec(key)?.slice(1).join('') ?? key;
      return {
        add: (key, at) => right.add(braced(key), at),
        remove: (key, at) => right.remove(braced(key), at),
        has: (keys) => right.has(keys.map(braced)),
      };
    }),
  },
  {
    name: 'looks, waits, and then writes',
    says: /that is the latest of 20 words at once/u,
    make: wrong(() => {
      const words = new Map<string, { readonly isOut: boolean; readonly at: number }>();
      const say = async (key: string, isOut: boolean, at: number) => {
        const known = words.get(key);
        await Promise.resolve();
        if (known === undefined || at > known.at || (at === known.at && isOut)) words.set(key, { isOut, at });
      };
      return {
        add: (key, at) => say(key, true, at),
        remove: (key, at) => say(key, false, at),
        has: (keys) => keys.map((key) => words.get(key)?.isOut === true),
      };
    }),
  },
];

describe('a wrong store of opt-outs', () => describeWrongStores('optOuts', wrongOptOuts));
