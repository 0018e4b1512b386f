import Opossum from 'opossum';
import type { Ending } from '../../contract/deadline.js';
import type { CheckOutcome, NotSent, SendOutcome } from '../../contract/outcomes.js';
import type { SmsErrorCode } from '../../errors/error-codes.js';
import { shownName } from '../../errors/shown-name.js';
import { Listeners, warnOfListener } from '../../listeners/listeners.js';
import { notSent } from '../../provider-kit/outcomes.js';
import type { CircuitState } from '../../telemetry/events.js';
import type { CircuitBreakerSettings } from './circuit-breaker-options.js';
import { CircuitWindow, ClosedTime, FailureStreak, OpenTime, windowBuckets } from './circuit-times.js';
import { type CircuitVerdict, circuitVerdict, type LastFailure, type ProviderHealth } from './provider-health.js';

/** A step of a circuit from one state to another. */
export interface CircuitStateChange {
  readonly from: CircuitState;
  readonly to: CircuitState;
}

/** Told about every step of a circuit. */
export type CircuitStateListener = (change: CircuitStateChange) => void;

/** Leave to make a call. It ends when the circuit opens: what the call then says comes too late. */
export type Permit = symbol;

/** Thrown to opossum, and seen by nobody else. One for all: an error of its own for each failure would be slow. */
const healthFailure = new Error('A health failure of the provider.');

/**
 * What opossum runs: not the call itself but the report of its failure. It takes no arguments (opossum's events carry
 * them, and they would be phone numbers), and throws at once, so that the circuit is open before the caller sees the
 * outcome.
 */
function reportFailure(): Promise<void> {
  throw healthFailure;
}

/**
 * The circuit of one provider, kept by opossum: its rolling window, its threshold, its states and its timer.
 *
 * opossum is told how a call ended when it has ended, and only if that says something about the provider's health.
 * Were it to run the calls itself, calls still under way would count as healthy ones, a neutral probe would close the
 * circuit or block it, and a call begun before the opening would close it by a late success. Of a success
 * opossum hears by its own event that there was a call: only a failure can move a closed circuit, and running something
 * in opossum costs eight promises.
 */
export class Circuit {
  readonly #id: string;
  readonly #breaker: Opossum<[], void>;
  readonly #window: CircuitWindow;
  readonly #streak: FailureStreak;
  readonly #openTime: OpenTime;
  readonly #listeners = new Listeners<CircuitStateChange>(warnOfListener('a circuit'));
  #state: CircuitState = 'closed';
  #isShutDown = false;
  /** The permit of all calls since the circuit closed; replaced when it opens, so that late results are recognised. */
  #ordinaryPermit: Permit = Symbol('call');
  #probePermit: Permit | undefined;
  #closedTime = new ClosedTime();
  #probeDueAt = 0;
  #lastFailure: LastFailure | undefined;
  #lastRefusal: LastFailure | undefined;
  readonly #refusals: { [Code in SmsErrorCode]?: number } = {};

  constructor(id: string, settings: CircuitBreakerSettings) {
    this.#id = id;
    this.#window = new CircuitWindow(settings.windowMs);
    this.#streak = new FailureStreak(settings.consecutiveFailures);
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
    this.#breaker = new Opossum(reportFailure, options);
    // First, because opossum's own listener starts the timer from this option.
    this.#breaker.prependListener('open', () => {
      options.resetTimeout = this.#openTime.next();
      this.#probeDueAt = performance.now() + options.resetTimeout;
    });
    this.#breaker.on('open', () => this.#opened());
    this.#breaker.on('halfOpen', () => this.#settleState());
    this.#breaker.on('close', () => this.#closed());
  }

  /** Cheaper than {@link Circuit.health}. After `shutDown()` always `open`. */
  get state(): CircuitState {
    return this.#state;
  }

  /** Ends when the circuit opens; after that it is the next one, which a probe belongs to already. */
  get closedTime(): Ending {
    return this.#closedTime;
  }

  /** Milliseconds until an open circuit lets a probe pass; undefined unless it is open. */
  get probeInMs(): number | undefined {
    if (this.#state !== 'open' || this.#isShutDown) return undefined;
    return Math.max(0, Math.ceil(this.#probeDueAt - performance.now()));
  }

  /**
   * Undefined when no call may pass. Whoever gets a permit records one outcome with it.
   *
   * @param asProbe passes an open circuit at once, as its probe; one probe at a time
   */
  admit(asProbe: boolean): Permit | undefined {
    if (this.#state === 'closed') return this.#ordinaryPermit;
    if (this.#isShutDown || this.#probePermit !== undefined) return undefined;
    if (this.#state === 'open' && !asProbe) return undefined;
    this.#probePermit = Symbol('probe');
    this.#enter('probing');
    return this.#probePermit;
  }

  /** The answer to a call that may not pass. */
  refusal(): NotSent {
    if (this.#isShutDown) return notSent('client_closed', 'The provider is closed.');
    const seconds = Math.max(1, Math.ceil((this.#probeDueAt - performance.now()) / 1000));
    const next =
      this.#state === 'probing'
        ? `a probe is under way; the next is due in ${seconds} s at the earliest`
        : `the next probe is due in ${seconds} s`;
    return notSent('circuit_open', `The circuit of provider ${shownName(this.#id)} is open after failures; ${next}.`);
  }

  /** Never throws. */
  record(permit: Permit, outcome: SendOutcome | CheckOutcome): void {
    if (permit !== this.#ordinaryPermit && permit !== this.#probePermit) return;
    const verdict = circuitVerdict(outcome);
    if (verdict.kind === 'refusal') {
      const { code } = verdict.failure;
      this.#lastRefusal = verdict.failure;
      this.#refusals[code] = (this.#refusals[code] ?? 0) + 1;
    } else if (verdict.kind === 'failure') this.#lastFailure = verdict.failure;
    if (permit === this.#probePermit) this.#endProbe(verdict.kind);
    else if (verdict.kind === 'success') this.#countSuccess();
    else if (verdict.kind === 'failure') this.#countFailure();
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
      refusals: { ...this.#refusals },
      lastRefusal: this.#lastRefusal,
    };
  }

  /** Returns a function that stops the listener; `shutDown()` stops all, silently. */
  onStateChange(listener: CircuitStateListener): () => void {
    return this.#listeners.add(listener);
  }

  shutDown(): void {
    this.#isShutDown = true;
    this.#listeners.clear();
    this.#ordinaryPermit = Symbol('call');
    this.#probePermit = undefined;
    this.#state = 'open';
    this.#breaker.shutdown();
  }

  #endProbe(verdict: CircuitVerdict['kind']): void {
    this.#probePermit = undefined;
    if (verdict === 'success') this.#breaker.close();
    // A probe that failed before it was due changes nothing: the timer still runs.
    else if (verdict === 'failure' && this.#breaker.halfOpen) this.#countFailure();
    else this.#settleState();
  }

  #countSuccess(): void {
    this.#window.advance();
    this.#streak.reset();
    this.#breaker.emit('fire');
  }

  #countFailure(): void {
    this.#window.advance();
    this.#breaker.fire().catch(alreadyCounted);
    this.#window.trim(() => this.#breaker.status.window);
    if (this.#streak.fails(performance.now()) && this.#breaker.closed) this.#breaker.open();
  }

  #opened(): void {
    this.#ordinaryPermit = Symbol('call');
    const closedTime = this.#closedTime;
    this.#closedTime = new ClosedTime();
    this.#settleState();
    closedTime.end();
  }

  #closed(): void {
    this.#openTime.reset();
    this.#streak.reset();
    // Otherwise the failures from before the opening would open it again at the next one.
    this.#window.clear();
    this.#settleState();
  }

  #settleState(): void {
    if (this.#probePermit !== undefined) return;
    if (this.#breaker.closed) this.#enter('closed');
    else this.#enter(this.#breaker.halfOpen ? 'half-open' : 'open');
  }

  #enter(to: CircuitState): void {
    const from = this.#state;
    this.#state = to;
    this.#listeners.emit({ from, to });
  }
}

/** opossum hands a failure back after counting it; the outcome itself reaches the caller by another way. */
function alreadyCounted(): void {}
