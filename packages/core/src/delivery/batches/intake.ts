import { onAbort } from '../../provider-kit/deadline.js';
import type { RateGate } from '../../rate/rate-gate.js';
import { invalidRequest } from '../send-request.js';

/** A source of requests, its items not awaited, whether it is asynchronous or not. */
interface Source<Item> {
  next(): IteratorResult<Item> | Promise<IteratorResult<Item>>;
  return?(): unknown;
}

/**
 * Reads a source and begins work on its items while there is room, and collects what settles.
 *
 * An item holds its place from the moment it is read until its result has been taken. Waiting costs one promise,
 * however much is in flight: a race over everything pending would cost more with each, and leak.
 */
export class BatchIntake<Item, Result> {
  readonly #source: Source<Item>;
  readonly #room: number;
  readonly #signal: AbortSignal | undefined;
  readonly #gate: RateGate;
  readonly #work: (item: Item, index: number) => Promise<Result>;
  readonly #onSettled: (result: Result, inFlight: number) => void;
  readonly #stopListening: (() => void) | undefined;
  #begun = 0;
  #held = 0;
  #inFlight = 0;
  #ready: Result[] = [];
  #isReading = false;
  /** An item has been asked for and has not come. */
  #isAsking = false;
  /** The source has ended, or somebody wants no more. */
  #isStopped = false;
  /** The source has ended or thrown, or was told to close: do not close it again. */
  #isSourceDone = false;
  #sourceError: { readonly error: unknown } | undefined;
  #wake = () => {};

  /** @param work never rejects */
  constructor(
    items: Iterable<Item> | AsyncIterable<Item>,
    room: number,
    signal: AbortSignal | undefined,
    gate: RateGate,
    work: (item: Item, index: number) => Promise<Result>,
    onSettled: (result: Result, inFlight: number) => void,
  ) {
    this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#room = room;
    this.#signal = signal;
    this.#gate = gate;
    this.#work = work;
    this.#onSettled = onSettled;
    this.#stopListening = signal && onAbort(signal, () => this.#end());
    void this.#read();
  }

  /** Items begun and not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Waits for results, and hands over all there are. None: everything has settled and there will be no more. */
  async nextReady(): Promise<readonly Result[]> {
    while (this.#ready.length === 0 && (this.#inFlight > 0 || !this.#isStopped)) await this.#change();
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** One result has been taken: there is room for one more. */
  taken(): void {
    this.#held -= 1;
    void this.#read();
  }

  /** Throws on what the source threw. Not after an abort: a source may well fail because of it. */
  throwSourceError(): void {
    if (this.#sourceError !== undefined) throw this.#sourceError.error;
  }

  /** Begins nothing further, closes the source and waits for what is in flight. */
  async close(): Promise<void> {
    this.#end();
    this.#stopListening?.();
    const [closed] = await Promise.allSettled([this.#closeSource(), this.#drained()]);
    if (closed.status === 'rejected' && this.#signal?.aborted !== true) throw closed.reason;
  }

  /** Reads the signal as well: another listener of it may have made the source fail before our listener ran. */
  get #mayBegin(): boolean {
    return !this.#isStopped && this.#signal?.aborted !== true;
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#mayBegin && this.#held < this.#room) {
        this.#isAsking = true;
        const step: unknown = await this.#source.next();
        this.#isAsking = false;
        // Without this a source whose steps are numbers would never end.
        if (!isStep<Item>(step)) throw invalidRequest('sendMany(): next() of the source must give { done, value }.');
        if (step.done === true) this.#endSource();
        // The item was asked for before the stop and came after it: it does not begin.
        else if (this.#mayBegin) {
          const turn = this.#gate.enter();
          if (turn !== undefined && !(await turn)) this.#stop();
          if (this.#mayBegin) this.#begin(step.value);
        }
      }
    } catch (error) {
      this.#isAsking = false;
      this.#endSource(this.#mayBegin ? { error } : undefined);
    }
    this.#isReading = false;
  }

  #begin(item: Item): void {
    this.#held += 1;
    this.#inFlight += 1;
    void this.#collect(item, this.#begun);
    this.#begun += 1;
  }

  async #collect(item: Item, index: number): Promise<void> {
    const result = await this.#work(item, index);
    this.#inFlight -= 1;
    this.#ready.push(result);
    this.#onSettled(result, this.#inFlight);
    this.#wake();
  }

  #endSource(sourceError?: { readonly error: unknown }): void {
    this.#isSourceDone = true;
    this.#sourceError = sourceError;
    this.#stop();
  }

  #stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Nothing further begins, and nothing is held back to be sent again. */
  #end(): void {
    this.#stop();
    this.#gate.end();
  }

  async #closeSource(): Promise<void> {
    if (this.#isSourceDone) return;
    this.#isSourceDone = true;
    const closing = this.#source.return?.();
    // A source closes only after the read that is under way, which may never end: an empty queue.
    if (this.#isAsking) Promise.resolve(closing).catch(() => {});
    else await closing;
  }

  async #drained(): Promise<void> {
    while (this.#inFlight > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function isStep<Item>(step: unknown): step is IteratorResult<Item> {
  return typeof step === 'object' && step !== null;
}
