import type { ProviderHealth } from '../delivery/circuits/provider-health.js';
import { weightedCycle } from '../delivery/plan-route.js';
import type { Scenario } from './never-twice-scenario.test.fixture.js';

interface ModelProvider {
  readonly id: string;
  readonly sends: { readonly text: boolean; readonly template: boolean };
}

interface ModelMessage {
  readonly via: readonly string[] | undefined;
  readonly asTemplate: boolean;
  /** Whether it may ask a provider whose circuit is open, if all are. */
  readonly mayProbe: boolean;
}

/** Providers in the order in which they are to be tried. */
export interface ModelPlan {
  readonly order: readonly string[];
  /** The first one's circuit is open, and it is asked all the same. */
  readonly probes: boolean;
}

/** What the documents say about the order of providers, written a second time and as simply as can be. */
export class RouteModel {
  readonly #providers: readonly ModelProvider[];
  readonly #scenario: Scenario;
  readonly #turns = new Map<string, number>();

  constructor(providers: readonly ModelProvider[], scenario: Scenario) {
    this.#providers = providers;
    this.#scenario = scenario;
  }

  /** The order for a message that begins now; it takes its turn. */
  plan({ via, asTemplate, mayProbe }: ModelMessage, health: Readonly<Record<string, ProviderHealth>>): ModelPlan {
    const canSend = ({ sends }: ModelProvider) => sends.text || (asTemplate && sends.template);
    const able = this.#providers.filter(canSend).map(({ id }) => id);
    const stateOf = (id: string) => health[id]?.circuit;
    const isPassable = (id: string) => stateOf(id) === 'closed' || stateOf(id) === 'half-open';
    const passable = able.filter(isPassable);
    const rotating = passable.length === 0 ? able : passable;
    const ids = via === undefined ? this.#inTurn(rotating) : via.filter((id) => able.includes(id));
    const open = ids.filter((id) => stateOf(id) === 'open');
    if (!ids.some(isPassable) && mayProbe && open.length > 0) {
      const waitOf = (id: string) => health[id]?.probeInMs ?? 0;
      const soonest = Math.min(...open.map(waitOf));
      const probed = open.find((id) => waitOf(id) === soonest);
      return { order: [...ids.filter((id) => id === probed), ...ids.filter((id) => id !== probed)], probes: true };
    }
    const rest = able.filter((id) => !ids.includes(id));
    return {
      order: [...ids.filter(isPassable), ...ids.filter((id) => !isPassable(id)), ...(via ? [] : rest)],
      probes: false,
    };
  }

  #inTurn(able: readonly string[]): readonly string[] {
    const { strategy, weights } = this.#scenario;
    if (strategy === 'priority' || able.length < 2) return able;
    const turn = this.#turns.get(able.join()) ?? 0;
    this.#turns.set(able.join(), turn + 1);
    const shares = able.map((id) => (strategy === 'weighted' ? (weights[Number(id.slice(1))] ?? 1) : 1));
    const cycle = weightedCycle(shares).map((index) => able[index] ?? '');
    const coming = cycle.map((_, step) => cycle[(turn + step) % cycle.length] ?? '');
    return [...new Set([...coming, ...able])];
  }
}
