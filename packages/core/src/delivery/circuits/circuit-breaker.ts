import Opossum from 'opossum';
import type { CheckOutcome, NotSent, SendOutcome } from '../../contract/outcomes.js';
import type { SmsProvider } from '../../contract/sms-provider.js';
import { notSent } from '../../provider-kit/outcomes.js';
import type { CircuitState, LastFailure, ProviderHealth } from '../provider-health.js';
import {
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  parseCircuitBreakerOptions,
} from './circuit-breaker-options.js';
import { type Circuit, type CircuitPass, type GuardedProvider, guardProvider } from './guarded-provider.js';
import { CircuitListeners, type CircuitStateListener } from './listeners.js';
import { OpenTime } from './open-time.js';
import { circuitVerdict } from './verdict.js';
import { CircuitWindow, windowBuckets } from './window.js';

export type { CircuitBreakerOptions } from './circuit-breaker-options.js';
export type { GuardedProvider } from './guarded-provider.js';
export type { CircuitStateChange, CircuitStateListener } from './listeners.js';

/**
 * Puts a circuit breaker in front of one account of a provider.
 *
 * When too many calls fail by the provider's own or the account's fault, the circuit opens: calls are answered
 * `not-sent` with `circuit_open` and never reach the provider. After a while one call passes as a probe; its success
 * (a message taken, a code judged) closes the circuit, its failure opens it again for twice as long.
 *
 * The wrapper never repeats a call, never rejects, and hands out the provider's own outcome objects.
 * `close()` closes the provider too.
 *
 * @throws SmsError `configuration_invalid`, naming the option and what is expected
 */
export function withCircuitBreaker(provider: SmsProvider, options: CircuitBreakerOptions = {}): GuardedProvider {
  return guardProvider(provider, new OpossumCircuit(provider.id, parseCircuitBreakerOptions(options)));
}

/** Thrown to opossum, and seen by nobody else. One for all: an error of its own for each failure would be slow. */
const healthFailure = new Error('A health failure of the provider.');
const healthy = Promise.resolve();

/**
 * What opossum runs: not the call itself but a report of how it ended. It takes no arguments (opossum's events carry
 * them, and they would be phone numbers), always returns a promise (opossum takes `undefined` for a failure), and
 * throws at once for a failure, so that the circuit is open before the caller sees the outcome.
 */
function report(this: 'success' | 'failure'): Promise<void> {
  if (this === 'failure') throw healthFailure;
  return healthy;
}

/**
 * A circuit kept by opossum: its rolling window, its threshold, its states and its timer.
 *
 * opossum is told how a call ended when it has ended, and only if that says something about the provider's health.
 * Were it to run the calls itself, calls still under way would count as healthy ones, a neutral probe would close the
 * circuit or block it, and a call begun before the opening would close it by a late success.
 */
class OpossumCircuit implements Circuit {
  readonly #id: string;
  readonly #breaker: Opossum<[], void>;
  readonly #window: CircuitWindow;
  readonly #openTime: OpenTime;
  readonly #listeners = new CircuitListeners();
  #state: CircuitState = 'closed';
  #shutDown = false;
  /** The pass of all calls since the circuit closed; replaced when it opens, so that late results are recognised. */
  #ordinaryPass: CircuitPass = { probe: false };
  #probePass: CircuitPass | undefined;
  #probeDueAt = 0;
  #lastFailure: LastFailure | undefined;

  constructor(id: string, settings: CircuitBreakerSettings) {
    this.#id = id;
    this.#window = new CircuitWindow(settings.windowMs);
    this.#openTime = new OpenTime(settings);
    const options: Opossum.Options<[]> = {
      name: id,
      // Every call settles by its own deadline before opossum hears of it.
      timeout: false,
      errorThresholdPercentage: settings.failureRatePercent,
      volumeThreshold: settings.minimumCalls,
      rollingCountBuckets: windowBuckets,
      rotateBucketController: this.#window.controller,
      // Sorting the latencies would make each failure cost milliseconds.
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      // No errorFilter, capacity, fallback, cache or abortController: see the tests for what each would break.
    };
    this.#breaker = new Opossum(report, options);
    // First, because opossum's own listener starts the timer from this option.
    this.#breaker.prependListener('open', () => {
      options.resetTimeout = this.#openTime.next();
      this.#probeDueAt = performance.now() + options.resetTimeout;
    });
    this.#breaker.on('open', () => this.#opened());
    this.#breaker.on('halfOpen', () => this.#settleState());
    this.#breaker.on('close', () => this.#closed());
  }

  get state(): CircuitState {
    return this.#state;
  }

  get probeInMs(): number | undefined {
    if (this.#state !== 'open' || this.#shutDown) return undefined;
    return Math.max(0, Math.ceil(this.#probeDueAt - performance.now()));
  }

  admit(asProbe: boolean): CircuitPass | undefined {
    if (this.#state === 'closed') return this.#ordinaryPass;
    if (this.#shutDown || this.#probePass !== undefined) return undefined;
    if (this.#state === 'open' && !asProbe) return undefined;
    const pass = { probe: true };
    this.#probePass = pass;
    this.#enter('probing');
    return pass;
  }

  refusal(): NotSent {
    if (this.#shutDown) return notSent('aborted', 'The provider is closed.');
    const seconds = Math.max(1, Math.ceil((this.#probeDueAt - performance.now()) / 1000));
    const next =
      this.#state === 'probing'
        ? `a probe is under way; the next is due in ${seconds} s at the earliest`
        : `the next probe is due in ${seconds} s`;
    return notSent('circuit_open', `The circuit of provider ${this.#id} is open after failures; ${next}.`);
  }

  record(pass: CircuitPass, outcome: SendOutcome | CheckOutcome): void {
    if (pass !== this.#ordinaryPass && pass !== this.#probePass) return;
    const verdict = circuitVerdict(outcome);
    if (typeof verdict === 'object') this.#lastFailure = verdict;
    if (pass.probe) this.#endProbe(verdict === 'success', typeof verdict === 'object');
    else if (verdict !== 'neutral') this.#count(verdict === 'success' ? 'success' : 'failure');
  }

  health(): ProviderHealth {
    this.#window.advance();
    let calls = 0;
    let failures = 0;
    for (const bucket of this.#breaker.status.window) {
      calls += bucket.fires;
      failures += bucket.failures;
    }
    return {
      circuit: this.#state,
      calls,
      failures,
      probeInMs: this.probeInMs,
      lastFailure: this.#lastFailure,
    };
  }

  onStateChange(listener: CircuitStateListener): () => void {
    return this.#listeners.add(listener);
  }

  shutDown(): void {
    this.#shutDown = true;
    this.#listeners.clear();
    this.#ordinaryPass = { probe: false };
    this.#probePass = undefined;
    this.#state = 'open';
    this.#breaker.shutdown();
  }

  #endProbe(succeeded: boolean, failed: boolean): void {
    this.#probePass = undefined;
    if (succeeded) this.#breaker.close();
    // A probe that failed before it was due changes nothing: the timer still runs.
    else if (failed && this.#breaker.halfOpen) this.#count('failure');
    else this.#settleState();
  }

  #count(verdict: 'success' | 'failure'): void {
    this.#window.advance();
    this.#breaker.call(verdict).catch(alreadyCounted);
    this.#window.trim(() => this.#breaker.status.window);
  }

  #opened(): void {
    this.#ordinaryPass = { probe: false };
    this.#settleState();
  }

  #closed(): void {
    this.#openTime.reset();
    // Otherwise the failures from before the opening would open it again at the next one.
    this.#window.clear();
    this.#settleState();
  }

  #settleState(): void {
    if (this.#probePass !== undefined) return;
    if (this.#breaker.closed) this.#enter('closed');
    else this.#enter(this.#breaker.halfOpen ? 'half-open' : 'open');
  }

  #enter(to: CircuitState): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#listeners.tell({ from, to });
  }
}

/** opossum hands a failure back after counting it; the outcome itself reaches the caller by another way. */
function alreadyCounted(): void {}
