import type { PhoneNumber } from '../phone/phone-number.js';
import type { CircuitState } from '../telemetry/events.js';

/** Which providers send to some destinations. */
export interface Route {
  /** ISO 3166-1 alpha-2: `['CN', 'HK']`. Without countries and calling codes the route takes everything. */
  readonly countries?: readonly string[] | undefined;
  /** Calling codes in digits: `['86']`. A number fits the route if either list names it. */
  readonly callingCodes?: readonly string[] | undefined;
  /** Ids of providers. */
  readonly providers: readonly string[];
  /**
   * Who is tried first: `priority` (the default) the first provider; `round-robin` each in turn;
   * `weighted` each as often as `weights` says, exactly so over one cycle.
   */
  readonly strategy?: 'priority' | 'round-robin' | 'weighted' | undefined;
  /** Whole numbers by provider id, for `weighted`. 0: only when all others fail. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
}

/** What the planner must know of a provider. */
export interface Candidate {
  readonly id: string;
}

/** What the planner must know of a provider's health. */
export interface CandidateHealth {
  readonly state: CircuitState;
  /** Milliseconds until an open circuit lets a probe pass. */
  readonly probeInMs: number | undefined;
}

/** What the planner must know of a message. */
export interface RoutableMessage<Provider extends Candidate> {
  readonly to: PhoneNumber;
  /** Whether a provider can send it. */
  canSend(provider: Provider): boolean;
  /** The caller's own choice, in order, instead of the routes. */
  readonly via?: readonly string[] | undefined;
  /** Ids of providers that come last among their equals: they have just failed to reach this phone. */
  readonly avoid?: readonly string[] | undefined;
  /** Whether a duplicate would be harmless: then it may probe a circuit that is open, if there is nothing better. */
  readonly isDuplicateHarmless: boolean;
  /** How many messages each rotation has had: see {@link RoutePlan}. */
  readonly turns: ReadonlyMap<string, number>;
}

/** Providers in the order in which they are to be tried, or why there are none. */
export type RoutePlan<Provider> =
  | {
      readonly status: 'planned';
      readonly providers: readonly Provider[];
      /**
       * The rotation in which this message takes a turn; undefined if its providers do not rotate. Each set of providers
       * has a rotation of its own. With one rotation for texts and templates, which alternate, all texts would go to one
       * provider and all templates to another.
       */
      readonly rotation: string | undefined;
      /** All circuits are open. The providers are to be asked all the same, the least bad one first. */
      readonly probesOpenCircuit: boolean;
    }
  | { readonly status: 'no-route' }
  | { readonly status: 'unsupported' }
  | { readonly status: 'unknown-provider'; readonly id: string };

/**
 * Decides who is to be tried, in which order. A pure function of its arguments.
 *
 * The first route that fits the destination counts. Its providers that can send the message are ordered by the
 * route's strategy; those whose circuit lets nobody pass take no turn and come last. A half-open circuit keeps its
 * place: without a call it would never be probed.
 */
export function planRoute<Provider extends Candidate>(
  message: RoutableMessage<Provider>,
  providers: ReadonlyMap<string, Provider>,
  routes: readonly Route[],
  healthOf: (provider: Provider) => CandidateHealth,
): RoutePlan<Provider> {
  const { via } = message;
  const route = via === undefined ? routes.find((each) => fits(each, message.to)) : { providers: via };
  if (route === undefined) return { status: 'no-route' };
  const able: Provider[] = [];
  for (const id of route.providers) {
    const provider = providers.get(id);
    if (provider === undefined) return { status: 'unknown-provider', id };
    if (message.canSend(provider)) able.push(provider);
  }
  if (able.length === 0) return { status: 'unsupported' };
  if (able.length === 1) {
    const isProbe = message.isDuplicateHarmless && leastBadOf(able, healthOf) !== undefined;
    return { status: 'planned', providers: able, rotation: undefined, probesOpenCircuit: isProbe };
  }
  // Only providers that let calls pass take turns: otherwise the whole share of a dead one would go to its neighbour.
  const passable = able.filter((provider) => isPassable(healthOf(provider)));
  const rotating = passable.length === 0 ? able : passable;
  const rotation = rotationOf(route, routes.indexOf(route), rotating);
  const turn = rotation === undefined ? 0 : (message.turns.get(rotation) ?? 0);
  // `via` is the caller's own order: it stays as it is.
  const avoid = via === undefined ? message.avoid : undefined;
  const first = avoidedLast(inTurn(rotating, route, turn), avoid);
  const rest = rotating === able ? [] : able.filter((provider) => !passable.includes(provider));
  const ordered = rest.length === 0 ? first : [...first, ...avoidedLast(rest, avoid)];
  const leastBad = message.isDuplicateHarmless ? leastBadOf(ordered, healthOf) : undefined;
  if (leastBad === undefined) return { status: 'planned', providers: ordered, rotation, probesOpenCircuit: false };
  const others = ordered.filter((provider) => provider !== leastBad);
  return { status: 'planned', providers: [leastBad, ...others], rotation, probesOpenCircuit: true };
}

function rotationOf(route: Route, index: number, able: readonly Candidate[]): string | undefined {
  if (route.strategy === undefined || route.strategy === 'priority' || able.length === 1) return undefined;
  return `${index}: ${able.map(({ id }) => `${id}=${weightOf(route, id)}`).join()}`;
}

function fits({ countries, callingCodes }: Route, to: PhoneNumber): boolean {
  if (countries === undefined && callingCodes === undefined) return true;
  return (
    (to.country !== undefined && countries?.includes(to.country)) || callingCodes?.includes(to.callingCode) || false
  );
}

function inTurn<Provider extends Candidate>(able: Provider[], route: Route, turn: number): readonly Provider[] {
  if (able.length === 1) return able;
  if (route.strategy === undefined || route.strategy === 'priority') return able;
  const cycle = cycleOf(able.map(({ id }) => weightOf(route, id)));
  const start = turn % Math.max(1, cycle.length);
  // The rest of the cycle is the order of failover; providers with the weight 0 come last.
  const order = new Set([...cycle.slice(start), ...cycle.slice(0, start), ...able.keys()]);
  return [...order].flatMap((index) => able[index] ?? []);
}

function avoidedLast<Provider extends Candidate>(
  providers: readonly Provider[],
  avoid: readonly string[] | undefined,
): readonly Provider[] {
  if (avoid === undefined || avoid.length === 0) return providers;
  const isAvoided = ({ id }: Provider) => avoid.includes(id);
  // `avoid` names the latest failure first: that one comes last of all.
  const avoided = providers.filter(isAvoided).sort((a, b) => avoid.indexOf(b.id) - avoid.indexOf(a.id));
  return [...providers.filter((provider) => !isAvoided(provider)), ...avoided];
}

/** Round-robin asks for no weights: there all weigh the same. */
function weightOf({ strategy, weights = {} }: Route, id: string): number {
  return strategy === 'weighted' && Object.hasOwn(weights, id) ? (weights[id] ?? 1) : 1;
}

/** Cycles by their weights: few, since they come from the configuration. */
const cycles = new Map<string, readonly number[]>();

function cycleOf(weights: readonly number[]): readonly number[] {
  const key = weights.join();
  const known = cycles.get(key);
  if (known !== undefined) return known;
  const cycle = weightedCycle(weights);
  if (cycles.size < 1000) cycles.set(key, cycle);
  return cycle;
}

/** Whether a circuit lets calls pass. */
export function isPassable({ state }: Pick<CandidateHealth, 'state'>): boolean {
  return state === 'closed' || state === 'half-open';
}

/** The provider that would be probed next by itself; undefined if one lets calls pass, or all are being probed. */
function leastBadOf<Provider>(
  providers: readonly Provider[],
  healthOf: (provider: Provider) => CandidateHealth,
): Provider | undefined {
  let leastBad: Provider | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const provider of providers) {
    const health = healthOf(provider);
    if (isPassable(health)) return undefined;
    if (health.state !== 'open' || (health.probeInMs ?? 0) >= shortest) continue;
    leastBad = provider;
    shortest = health.probeInMs ?? 0;
  }
  return leastBad;
}

/**
 * One cycle of a weighted rotation: every index appears exactly as often as its weight says, spread evenly.
 * `[3, 1]` gives `0, 0, 1, 0`. Weights are whole numbers; common factors are cancelled.
 */
export function weightedCycle(weights: readonly number[]): readonly number[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  const shares = weights.map((weight) => weight / divisor);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const credit = shares.map(() => 0);
  return Array.from({ length: total }, () => {
    let richest = 0;
    for (const [index, share] of shares.entries()) {
      credit[index] = (credit[index] ?? 0) + share;
      if ((credit[index] ?? 0) > (credit[richest] ?? 0)) richest = index;
    }
    credit[richest] = (credit[richest] ?? 0) - total;
    return richest;
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
