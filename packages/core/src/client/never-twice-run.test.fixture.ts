import { setImmediate } from 'node:timers';
import { vi } from 'vitest';
import type { Receipt, SendRequest } from '../delivery/send-request.js';
import type { SmsError } from '../errors/sms-error.js';
import { Ledger, LedgerProvider } from './never-twice-provider.test.fixture.js';
import { type ModelPlan, RouteModel } from './never-twice-route.test.fixture.js';
import type { Moment, Scenario, ScriptedSend } from './never-twice-scenario.test.fixture.js';
import { ScriptedStore } from './never-twice-store.test.fixture.js';
import { createSmsClient, type SmsClient } from './sms-client.js';

/** One call of `send()`, and how it ended. */
export interface Call {
  readonly message: string;
  readonly key: number | undefined;
  readonly onUnknown: 'stop' | 'failover';
  readonly startedAt: number;
  /** When the deadline or the caller ends it. */
  readonly endsAt: number;
  /** When its deadline ends it. */
  readonly deadlineAt: number;
  /**
   * The planned order; undefined if the call plans nothing, because another one with its key has the answer,
   * or if nobody outside can tell when it plans.
   */
  readonly plan: ModelPlan | undefined;
  /** The call with the same key that has the answer. */
  readonly leader: Call | undefined;
  readonly afterClose: boolean;
  settledAt: number | undefined;
  receipt: Receipt | undefined;
  error: SmsError | undefined;
}

/** A circuit began to probe. */
export interface Probe {
  readonly provider: string;
  readonly from: 'closed' | 'open' | 'half-open' | 'probing';
}

/** All that an oracle needs to judge a run. */
export interface Run {
  readonly scenario: Scenario;
  readonly calls: readonly Call[];
  readonly ledger: Ledger;
  readonly providers: readonly LedgerProvider[];
  readonly probes: readonly Probe[];
  /** Providers whose circuit still probed when all calls had settled. */
  readonly stuck: readonly string[];
  /** When the client was closed; undefined if `close()` never settled. */
  readonly closedAt: number | undefined;
  /** Timers that the client still had when it had been closed after the last call, and those that never ended. */
  readonly timersLeft: number;
  /** Whether every plan is known; see the player. */
  readonly turnsKnown: boolean;
}

const templates = (providers: readonly LedgerProvider[]) => ({
  notice: {
    params: ['name'],
    text: '{name}',
    providers: Object.fromEntries(
      providers.filter(({ sends }) => sends.template).map(({ id }) => [id, { template: 'T1' }]),
    ),
  },
});

const isSettled = ({ settledAt }: Call) => settledAt !== undefined;

/** Whether nothing but its own end kept a call from being sent, which says nothing about others with its key. */
export function endedByItself(error: SmsError | undefined): boolean {
  return error?.outcome === 'not-sent' && ['aborted', 'deadline_exceeded', 'timeout'].includes(error.code);
}

/** Lets everything happen that waits for no timer. */
const settleDown = () => new Promise((resolve) => setImmediate(resolve));

/** Plays a scenario on a fake clock that starts at 0. Leaves the clock faked. */
export async function play(scenario: Scenario): Promise<Run> {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: 0,
  });
  const player = new Player(scenario);
  return player.play();
}

class Player {
  readonly #scenario: Scenario;
  readonly #ledger = new Ledger();
  readonly #providers: readonly LedgerProvider[];
  readonly #store: ScriptedStore | undefined;
  readonly #client: SmsClient;
  readonly #route: RouteModel;
  readonly #calls: Call[] = [];
  readonly #probes: Probe[] = [];
  /** The call that sends for each key, and what is known of a key that may not be sent again. */
  readonly #leaders = new Map<number, Call>();
  /** Whether the model still knows how often each rotation was turned: not once a call has taken over a key. */
  #turnsKnown = true;
  /** Beginnings that wait until nothing else goes on: calls with a key plan a little later than they begin. */
  readonly #withKey: (() => void)[] = [];
  /** Moments that are past, and callers who will still abort. */
  #begun = 0;
  #aborts = 0;
  #closing: Promise<void> | undefined;
  #closedAt: number | undefined;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { providers, strategy, weights, maxAttempts, attemptTimeoutMs, retryBudget, breaker, onUnknown, store } =
      scenario;
    this.#providers = providers.map((script, index) => new LedgerProvider(`p${index}`, script, this.#ledger));
    const ids = this.#providers.map(({ id }) => id);
    const weighted =
      strategy === 'weighted' ? Object.fromEntries(ids.map((id, index) => [id, weights[index] ?? 1])) : undefined;
    this.#store = store && new ScriptedStore(store);
    this.#client = createSmsClient({
      providers: this.#providers,
      routes: [{ providers: ids, strategy, ...(weighted === undefined ? {} : { weights: weighted }) }],
      maxAttempts,
      attemptTimeoutMs,
      retryBudget,
      breaker: { ...breaker, random: () => 0.5 },
      onUnknown: { message: onUnknown },
      templates: templates(this.#providers),
      ...(this.#store === undefined ? {} : { stores: { messages: this.#store } }),
    });
    const circuits = () =>
      Object.fromEntries(Object.entries(this.#client.health()).map(([id, { circuit }]) => [id, circuit]));
    for (const provider of this.#providers) provider.circuits = circuits;
    this.#client.on('circuit', ({ provider, from, to }) => {
      if (to === 'probing') this.#probes.push({ provider, from });
    });
    this.#route = new RouteModel(this.#providers, scenario);
  }

  async play(): Promise<Run> {
    let at = 0;
    for (const [index, moment] of this.#scenario.moments.entries()) {
      at += moment.afterMs;
      setTimeout(() => this.#begin(moment, index), at);
      if (index === this.#scenario.closesAfter) setTimeout(() => this.#close(), at);
    }
    await this.#runOut(() => this.#begun === this.#scenario.moments.length && this.#calls.every(isSettled));
    const stuck = Object.entries(this.#client.health()).flatMap(([id, { circuit }]) =>
      circuit === 'probing' ? id : [],
    );
    this.#close();
    await settleDown();
    const timersOfClient = vi.getTimerCount() - this.#ownTimers();
    await this.#runOut(() => false);
    return {
      scenario: this.#scenario,
      calls: this.#calls,
      ledger: this.#ledger,
      providers: this.#providers,
      probes: this.#probes,
      stuck,
      turnsKnown: this.#turnsKnown,
      closedAt: this.#closedAt,
      timersLeft: timersOfClient + vi.getTimerCount(),
    };
  }

  #ownTimers(): number {
    const ofProviders = this.#providers.reduce((sum, { timers }) => sum + timers, 0);
    return ofProviders + (this.#store?.timers ?? 0) + this.#aborts;
  }

  /** One timer at a time, and everything that follows from it, until there is none or `isOver`. */
  async #runOut(isOver: () => boolean): Promise<void> {
    await settleDown();
    // More than any scenario needs: a timer that sets itself again must not run for ever.
    for (let steps = 0; steps < 2_000 && vi.getTimerCount() > 0 && !isOver(); steps += 1) {
      vi.advanceTimersToNextTimer();
      await settleDown();
      for (const begin of this.#withKey.splice(0)) {
        begin();
        this.#begun += 1;
        await settleDown();
      }
    }
  }

  #close(): void {
    this.#closing ??= this.#client.close().then(() => {
      this.#closedAt = performance.now();
    });
  }

  #begin({ key, sends }: Moment, index: number): void {
    const begin = () => {
      for (const [number, send] of sends.entries()) this.#send(send, key, `m${index}.${number}`);
    };
    if (key !== undefined) return void this.#withKey.push(begin);
    begin();
    this.#begun += 1;
  }

  #send(send: ScriptedSend, key: number | undefined, unkeyed: string): void {
    const message = key === undefined ? unkeyed : `k${key}`;
    const startedAt = performance.now();
    const chosen = send.via?.map((index) => `p${index}`).filter((id) => this.#providers.some((each) => each.id === id));
    const via = chosen === undefined || chosen.length === 0 ? undefined : chosen;
    const mayBeSentTwice = key === undefined ? undefined : this.#scenario.keysMayBeSentTwice[key];
    const onUnknown = mayBeSentTwice === undefined ? send.onUnknown : mayBeSentTwice ? 'failover' : 'stop';
    const { abortAfterMs } = send;
    const abort = abortAfterMs === undefined ? undefined : new AbortController();
    if (abortAfterMs === 0) abort?.abort();
    else if (abortAfterMs !== undefined) {
      this.#aborts += 1;
      setTimeout(() => {
        this.#aborts -= 1;
        abort?.abort();
      }, abortAfterMs);
    }
    const policy = onUnknown ?? this.#scenario.onUnknown;
    // A message with a key is always a text: two contents for one key would be a conflict.
    const asTemplate = send.asTemplate && key === undefined;
    const afterClose = this.#closing !== undefined;
    const plansNow =
      !afterClose && this.#turnsKnown && this.#plansNow(key) && !(abortAfterMs === 0 && key !== undefined);
    const follows = !plansNow && !afterClose && this.#turnsKnown && abortAfterMs !== 0;
    const call: Call = {
      message,
      key,
      onUnknown: policy,
      startedAt,
      deadlineAt: startedAt + send.deadlineMs,
      endsAt: startedAt + Math.min(send.deadlineMs, abortAfterMs ?? Number.POSITIVE_INFINITY),
      plan: plansNow
        ? this.#route.plan({ via, asTemplate, mayProbe: policy === 'failover' }, this.#client.health())
        : undefined,
      leader: follows && key !== undefined ? this.#leaders.get(key) : undefined,
      afterClose,
      settledAt: undefined,
      receipt: undefined,
      error: undefined,
    };
    this.#calls.push(call);
    if (key !== undefined && call.plan !== undefined) this.#leaders.set(key, call);
    const request: SendRequest = {
      to: '+8613800138000',
      ...(asTemplate ? { template: 'notice', params: { name: message } } : { text: message }),
      deadlineMs: send.deadlineMs,
      ...(abort === undefined ? {} : { signal: abort.signal }),
      ...(onUnknown === undefined ? {} : { onUnknown }),
      ...(via === undefined ? {} : { via }),
      ...(key === undefined ? {} : { idempotencyKey: `key-${key}` }),
    };
    this.#client.send(request).then(
      (receipt) => {
        call.receipt = receipt;
        call.settledAt = performance.now();
      },
      (error: SmsError) => {
        call.error = error;
        call.settledAt = performance.now();
        if (endedByItself(error) && this.#isAwaited(call)) this.#turnsKnown = false;
      },
    );
  }

  /** Whether calls with the same key wait for this one: when its own end keeps it from being sent, one takes over. */
  #isAwaited({ key, plan }: Call): boolean {
    if (key === undefined || plan === undefined) return false;
    return this.#calls.some((other) => other.key === key && !isSettled(other));
  }

  /** Whether a call plans at once: not if another one with its key sends or has sent, or the store takes its time. */
  #plansNow(key: number | undefined): boolean {
    if (key === undefined) return true;
    if (this.#scenario.store !== undefined) return false;
    const leader = this.#leaders.get(key);
    if (leader === undefined) return true;
    return leader.settledAt !== undefined && leader.receipt === undefined && leader.error?.outcome !== 'unknown';
  }
}
