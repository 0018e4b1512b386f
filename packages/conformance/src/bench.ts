import { randomUUID } from 'node:crypto';
import { type OutboundMessage, type PhoneNumber, parsePhoneNumber } from '@polysms/core/provider-kit';
import { demand, demandEqual, reject } from './demand.js';
import { contractSlackMs } from './differences.js';
import type { ConformanceOptions } from './options.js';
import { inTime, patienceMs } from './settle.js';
import type { Situation } from './situations.js';
import type { ConformanceSubject, ReceivedMessage, VendorRefusal } from './subject.js';
import { turnEventLoop } from './turns.js';

/** The subject of one test, and what all suites ask of it. */
export class Bench {
  readonly subject: ConformanceSubject;
  readonly recipient: PhoneNumber;
  readonly otherRecipient: PhoneNumber;
  /** How much later than its deadline a call may settle. */
  readonly slackMs: number;
  readonly #countsRequests: boolean;

  constructor(subject: ConformanceSubject, options: ConformanceOptions) {
    this.subject = subject;
    this.recipient = parsePhoneNumber(subject.recipient);
    this.otherRecipient = parsePhoneNumber(subject.otherRecipient);
    demand(
      this.recipient.e164 !== this.otherRecipient.e164,
      'The two recipients of the subject are the same phone',
      'give otherRecipient a second number that the environment accepts',
    );
    this.slackMs = options.differences?.slack?.ms ?? contractSlackMs;
    this.#countsRequests = options.differences?.requestsNotCounted === undefined;
  }

  async received(): Promise<readonly ReceivedMessage[]> {
    return this.subject.received();
  }

  async arrange(situation: Situation, operation: 'send' | 'start' | 'check'): Promise<void> {
    await this.subject.arrange(situation, operation);
    // A request on a kept connection that has just been closed would be written, and lost.
    if (situation === 'unreachable') await turnEventLoop(10);
  }

  /**
   * The sample of a kind, to the recipient. `values` become its text, or its parameters from the first one on;
   * the rest stay those of the sample.
   */
  message(kind: OutboundMessage['kind'], values: readonly string[] = [], to = this.recipient): OutboundMessage {
    const { text, template } = this.subject.samples;
    switch (kind) {
      case 'text':
        demand(
          text !== undefined,
          'The subject has no sample of a text',
          'give samples.text a text that the vendor takes',
        );
        return { kind, id: randomUUID(), to, ...text, text: values[0] ?? text.text };
      case 'template': {
        demand(
          template !== undefined && template.params.length > 0,
          'The subject has no sample of a template with a parameter',
          'give samples.template a template that the vendor knows, with at least one parameter',
        );
        const params = template.params.map((param, index) => ({ ...param, value: values[index] ?? param.value }));
        return { kind, id: randomUUID(), to, ...template, params };
      }
    }
  }

  /** Lets nothing be written any more. */
  async stallWrites(): Promise<void> {
    demand(
      this.subject.stallWrites !== undefined,
      'The subject has no stallWrites()',
      'let connections hang before anything can be written, or leave the capability writeBy out',
    );
    await this.subject.stallWrites();
  }

  /** Makes the vendor refuse the next request in its own words. */
  async refuseWith(refusal: VendorRefusal, operation: 'send' | 'start' | 'check'): Promise<void> {
    const { refuseWith }: Partial<ConformanceSubject> = this.subject;
    demand(
      refuseWith !== undefined,
      'The subject has no refuseWith()',
      'let the environment refuse a request with any code and any sentence',
    );
    await this.subject.refuseWith(refusal, operation);
  }

  /** Requests that have reached the vendor; undefined if the environment does not count them, as declared. */
  async requests(): Promise<number | undefined> {
    if (!this.#countsRequests) return undefined;
    demand(
      this.subject.requests !== undefined,
      'The subject does not count requests',
      'give it requests(), or declare the difference requestsNotCounted with a reason',
    );
    return this.subject.requests();
  }

  /** Demands that exactly `expected` requests have been made since `before`. */
  async demandRequests(name: string, before: number | undefined, expected: number): Promise<void> {
    const now = await this.requests();
    if (before === undefined || now === undefined) return;
    demandEqual(
      now - before,
      expected,
      `${name} made ${now - before} requests instead of ${expected}`,
      'call the vendor exactly once for each call: no retry, no replay by the HTTP client, and no request after the end',
    );
  }
}

/** Runs the body of a test with a subject of its own, and takes it down afterwards. */
export async function withBench<Value>(
  options: ConformanceOptions,
  body: (bench: Bench) => Promise<Value>,
): Promise<Value> {
  const subject = await options.create();
  let result: { readonly value: Value } | { readonly error: unknown };
  try {
    result = { value: await body(new Bench(subject, options)) };
  } catch (error) {
    result = { error };
  }
  const end = await inTime(() => subject.close(), patienceMs);
  // What went wrong first explains what went wrong later.
  if ('error' in result) throw result.error;
  if (end.status === 'rejected') throw end.error;
  if (end.status === 'late')
    reject('close() of the subject did not settle', 'end all connections of the environment in it');
  return result.value;
}
