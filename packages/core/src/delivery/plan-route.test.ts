import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import type { CircuitState } from '../telemetry/events.js';
import { type CandidateHealth, planRoute, type RoutableMessage, type Route } from './plan-route.js';

interface Provider {
  readonly id: string;
}

const ids = ['a', 'b', 'c'] as const;
const providers = new Map<string, Provider>(ids.map((id) => [id, { id }]));
const everything: Route = { providers: ids };
const closed: CandidateHealth = { state: 'closed', probeInMs: undefined };

function plan(
  routes: readonly Route[],
  message: Partial<RoutableMessage<Provider>> = {},
  health: Readonly<Record<string, CandidateHealth>> = {},
) {
  const china = parsePhoneNumber('+8613800138000');
  return planRoute(
    { to: china, canSend: () => true, isDuplicateHarmless: false, turns: new Map(), ...message },
    providers,
    routes,
    ({ id }) => health[id] ?? closed,
  );
}

function order(...args: Parameters<typeof plan>): string {
  const result = plan(...args);
  return result.status === 'planned' ? result.providers.map(({ id }) => id).join('') : result.status;
}

/** Plans as often as asked, counting turns as the client does. */
function firsts(route: Route, times: number, message: Partial<RoutableMessage<Provider>> = {}, turns = new Map()) {
  return Array.from({ length: times }, () => {
    const result = plan([route], { ...message, turns });
    if (result.status !== 'planned') return result.status;
    if (result.rotation !== undefined) turns.set(result.rotation, (turns.get(result.rotation) ?? 0) + 1);
    return result.providers[0]?.id;
  }).join('');
}

describe('the destination', () => {
  const routes: Route[] = [
    { countries: ['CN'], providers: ['a'] },
    { callingCodes: ['1'], countries: ['GB'], providers: ['b'] },
    { providers: ['c'] },
  ];
  it.each([
    ['+8613800138000', 'a'],
    ['+85291234567', 'c'],
    ['+12025550123', 'b'],
    ['+442079460958', 'b'],
    ['+80012345678', 'c'],
  ])('%s is written to by %s: the first route that fits', (number, expected) => {
    expect(order(routes, { to: parsePhoneNumber(number) })).toBe(expected);
  });

  it('that no route fits has none', () => {
    expect(order(routes.slice(0, 2), { to: parsePhoneNumber('+85291234567') })).toBe('no-route');
  });
});

it('a route may name calling codes alone, and then takes nothing else', () => {
  const routes: Route[] = [{ callingCodes: ['1'], providers: ['a'] }, { providers: ['b'] }];
  expect(order(routes)).toBe('b');
  expect(order(routes, { to: parsePhoneNumber('+12025550123') })).toBe('a');
});

describe('the capability', () => {
  it('leaves out providers that cannot send the message', () => {
    expect(order([everything], { canSend: ({ id }) => id !== 'a' })).toBe('bc');
  });
  it('of nobody is said so', () => {
    expect(order([everything], { canSend: () => false })).toBe('unsupported');
  });
});

describe('the strategy', () => {
  it('priority keeps the order', () => {
    expect(order([everything])).toBe('abc');
    expect(firsts({ providers: ids, strategy: 'priority' }, 4)).toBe('aaaa');
  });

  it('round-robin tries each first in turn, and the others after it', () => {
    const route: Route = { providers: ids, strategy: 'round-robin' };
    expect(firsts(route, 6)).toBe('abcabc');
    expect(order([route], { turns: new Map([['0: a=1,b=1,c=1', 1]]) })).toBe('bca');
  });

  it('round-robin asks for no weights', () => {
    expect(firsts({ providers: ids, strategy: 'round-robin', weights: { a: 3, b: 0 } }, 6)).toBe('abcabc');
  });

  it.each<[string, Route]>([
    ['no strategy', everything],
    ['priority', { providers: ids, strategy: 'priority' }],
    ['a single provider', { providers: ['a'], strategy: 'round-robin' }],
  ])('takes no turns with %s', (_name, route) => {
    expect(plan([route])).toMatchObject({ status: 'planned', rotation: undefined });
  });

  it('takes no turns while the circuits of all others let nobody pass', () => {
    const open: CandidateHealth = { state: 'open', probeInMs: 1 };
    const result = plan(
      [{ providers: ids, strategy: 'round-robin' }],
      {},
      { a: open, c: { ...open, state: 'probing' } },
    );
    expect(result).toMatchObject({ status: 'planned', rotation: undefined });
  });

  it('weighted is exact over every cycle, from any turn on', () => {
    const route: Route = { providers: ids, strategy: 'weighted', weights: { a: 3, b: 1, c: 0 } };
    expect(firsts(route, 8)).toBe('aabaaaba');
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }), fc.nat(20), (weights, skipped) => {
        const [a = 0, b = 0, c = 0] = weights;
        const total = a + b + c;
        fc.pre(total > 0);
        const turns = new Map<string, number>();
        const weighted: Route = { providers: ids, strategy: 'weighted', weights: { a, b, c } };
        firsts(weighted, skipped, {}, turns);
        const sequence = firsts(weighted, total, {}, turns);
        const times = (id: string) => sequence.split(id).length - 1;
        expect([times('a'), times('b'), times('c')]).toEqual(weights);
      }),
    );
  });

  it('weighted tries weight 0 last, and everybody once', () => {
    expect(order([{ providers: ids, strategy: 'weighted', weights: { a: 0, b: 1, c: 1 } }])).toBe('bca');
  });

  it('rotates every route by itself', () => {
    const routes: Route[] = [
      { countries: ['CN'], providers: ['a', 'b'], strategy: 'round-robin' },
      { providers: ['a', 'b'], strategy: 'round-robin' },
    ];
    const turns = new Map<string, number>();
    const alternating = Array.from({ length: 8 }, (_, index) => {
      const to = parsePhoneNumber(index % 2 === 0 ? '+8613800138000' : '+442079460958');
      const result = plan(routes, { to, turns });
      if (result.status !== 'planned' || result.rotation === undefined) return result.status;
      turns.set(result.rotation, (turns.get(result.rotation) ?? 0) + 1);
      return result.providers[0]?.id;
    });
    expect(alternating.join('')).toBe('aabbaabb');
  });

  it('rotates messages that other providers can send by themselves', () => {
    const route: Route = { providers: ids, strategy: 'round-robin' };
    const turns = new Map<string, number>();
    const canSend = ({ id }: Provider) => id !== 'c';
    const alternating = Array.from(
      { length: 6 },
      () => firsts(route, 1, {}, turns) + firsts(route, 1, { canSend }, turns),
    );
    expect(alternating.join(' ')).toBe('aa bb ca ab ba cb');
  });
});

describe('the caller’s own choice', () => {
  it('outranks routes, strategy and order', () => {
    expect(order([{ countries: ['US'], providers: ['a'] }], { via: ['c', 'b'] })).toBe('cb');
  });
  it('of a provider that does not exist is said so', () => {
    expect(plan([everything], { via: ['a', 'z'] })).toEqual({ status: 'unknown-provider', id: 'z' });
  });
  it('still respects what a provider can send', () => {
    expect(order([everything], { via: ['c', 'b'], canSend: ({ id }) => id === 'b' })).toBe('b');
  });
});

describe('those to avoid', () => {
  const open: CandidateHealth = { state: 'open', probeInMs: 100 };

  it.each<[string, readonly string[], string]>([
    ['nobody', [], 'abc'],
    ['the first one', ['a'], 'bca'],
    ['one in the middle', ['b'], 'acb'],
    ['two: the latest failure comes last of all', ['a', 'b'], 'cba'],
    ['two, the other way round', ['b', 'a'], 'cab'],
    ['everybody: whose failure is the oldest comes first', ['a', 'c', 'b'], 'bca'],
    ['one that is not of the route', ['z'], 'abc'],
  ])('come last: %s', (_name, avoid, expected) => {
    expect(order([everything], { avoid })).toBe(expected);
  });

  it('come last whatever the strategy, and the rotation goes on', () => {
    const route: Route = { providers: ids, strategy: 'round-robin' };
    expect(firsts(route, 6, { avoid: ['a'] })).toBe('bbcbbc');
    expect(firsts({ providers: ids, strategy: 'weighted', weights: { a: 8, b: 1, c: 0 } }, 3, { avoid: ['a'] })).toBe(
      'bbb',
    );
  });

  it.each<[string, Readonly<Record<string, CandidateHealth>>]>([
    ['cab', { b: open }],
    ['abc', { b: open, c: open }],
  ])('%s: but before those whose circuit lets nobody pass', (expected, health) => {
    expect(order([everything], { avoid: ['a'] }, health)).toBe(expected);
  });

  it('come last among those whose circuit lets nobody pass as well', () => {
    expect(order([everything], { avoid: ['b'] }, { b: open, c: open })).toBe('acb');
  });

  it('do not change the order that the caller chose', () => {
    expect(order([everything], { avoid: ['c', 'b'], via: ['c', 'b', 'a'] })).toBe('cba');
    expect(order([everything], { avoid: ['c'], via: ['c', 'b', 'a'] }, { b: open, a: open })).toBe('cba');
  });

  it('are still probed first if all circuits are open and they are due first', () => {
    const health = { a: { ...open, probeInMs: 1 }, b: open, c: open };
    expect(order([everything], { avoid: ['a'], isDuplicateHarmless: true }, health)).toBe('abc');
  });
});

describe('the circuits', () => {
  const health = (a: CircuitState, b: CircuitState, c: CircuitState) => ({
    a: { state: a, probeInMs: a === 'open' ? 300 : undefined },
    b: { state: b, probeInMs: b === 'open' ? 200 : undefined },
    c: { state: c, probeInMs: c === 'open' ? 100 : undefined },
  });

  it.each<[string, ReturnType<typeof health>]>([
    ['abc', health('closed', 'closed', 'closed')],
    ['bca', health('open', 'closed', 'closed')],
    ['bca', health('probing', 'closed', 'closed')],
    ['cab', health('open', 'probing', 'closed')],
    ['abc', health('half-open', 'closed', 'open')],
    ['abc', health('open', 'open', 'open')],
  ])('%s: those that let nobody pass come last', (expected, states) => {
    expect(order([everything], {}, states)).toBe(expected);
  });

  it('all open: they still take turns', () => {
    const route: Route = { providers: ids, strategy: 'round-robin' };
    const turns = new Map([['0: a=1,b=1,c=1', 1]]);
    expect(order([route], { turns }, health('open', 'open', 'open'))).toBe('bca');
  });

  it('all open: a message that may arrive twice probes the one that would be probed next', () => {
    const message = { isDuplicateHarmless: true };
    const result = plan([everything], message, health('open', 'open', 'open'));
    expect(result).toMatchObject({ probesOpenCircuit: true });
    expect(order([everything], message, health('open', 'open', 'open'))).toBe('cab');
    expect(order([everything], message, health('open', 'open', 'probing'))).toBe('bac');
  });

  it.each<[string, [number, number, number]]>([
    ['abc', [100, 200, 300]],
    ['bac', [200, 100, 300]],
    ['abc', [100, 100, 100]],
    ['bac', [200, 100, 100]],
  ])('all open: %s when they would be probed in %j ms, the first of equals first', (expected, [a, b, c]) => {
    const open = (probeInMs: number): CandidateHealth => ({ state: 'open', probeInMs });
    expect(order([everything], { isDuplicateHarmless: true }, { a: open(a), b: open(b), c: open(c) })).toBe(expected);
  });

  it.each<[string, boolean, ReturnType<typeof health>]>([
    ['a message that may not arrive twice', false, health('open', 'open', 'open')],
    ['one circuit that is closed', true, health('open', 'open', 'closed')],
    ['one circuit that is half open', true, health('open', 'half-open', 'open')],
    ['all circuits being probed already', true, health('probing', 'probing', 'probing')],
  ])('no open circuit is probed with %s', (_name, isDuplicateHarmless, states) => {
    expect(plan([everything], { isDuplicateHarmless }, states)).toMatchObject({ probesOpenCircuit: false });
  });
});

it('a plan names every able provider exactly once, whatever the state of things', () => {
  const state = fc.constantFrom<CircuitState>('closed', 'open', 'half-open', 'probing');
  const strategy = fc.constantFrom<Route['strategy']>('priority', 'round-robin', 'weighted');
  fc.assert(
    fc.property(
      fc.subarray([...ids]),
      strategy,
      fc.nat(),
      fc.boolean(),
      state,
      state,
      (able, kind, turn, harmless, x, y) => {
        const route: Route = { providers: ids, strategy: kind, weights: { a: 2, b: 0, c: 5 } };
        const rotation = `0: ${able.map((id) => `${id}=${route.weights?.[id] ?? 1}`).join()}`;
        const message = {
          canSend: ({ id }: Provider) => able.includes(id as 'a'),
          isDuplicateHarmless: harmless,
          turns: new Map([[rotation, turn]]),
        };
        const health = { a: { state: x, probeInMs: 1 }, b: { state: y, probeInMs: 2 } };
        const planned = order([route], message, health);
        const sorted = [...planned].sort().join('');
        expect(sorted).toBe(able.length === 0 ? [...'unsupported'].sort().join('') : able.join(''));
      },
    ),
  );
});
