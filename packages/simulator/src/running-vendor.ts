import type { BoxMessage, Vendor } from './control/contract.js';
import type { Dialect, MessageContent, OpenDialect, RequestHead, World } from './dialect.js';
import type { FaultScript } from './faults/fault-script.js';
import type { RequestFault } from './faults/faults.js';
import { Connections } from './vendor-port/connections.js';
import type { ServedVendor } from './vendor-port/serve.js';
import { wordsOf } from './words-of.js';
import type { Messages } from './world/messages.js';
import { SeededRandom } from './world/random.js';
import type { WireRequests } from './world/requests.js';
import type { Schedule } from './world/schedule.js';

/** The world around a vendor. */
export interface Surroundings {
  readonly clock: { now(): number };
  readonly messages: Messages;
  readonly requests: WireRequests;
  readonly schedule: Schedule;
  readonly faults: FaultScript;
  deliver(dialect: Dialect, content: MessageContent, requestId: string | undefined): BoxMessage;
}

/** A vendor in the box: its dialect, and the part of the world that it sees. */
export class RunningVendor {
  readonly dialect: Dialect;
  readonly open: OpenDialect;
  readonly connections = new Connections();
  /** Where it listens; empty before it does. */
  url = '';
  readonly #box: Surroundings;
  readonly #random: SeededRandom;

  constructor(box: Surroundings, dialect: Dialect, seed: number | undefined) {
    this.#box = box;
    this.dialect = dialect;
    this.#random = new SeededRandom(seed);
    this.open = dialect.open(this.#world());
  }

  /** What the port of a vendor that speaks HTTP needs; undefined for one that does not. */
  served(): ServedVendor | undefined {
    const { open, connections } = this;
    const { onRequest } = open;
    if (onRequest === undefined) return undefined;
    return {
      vendor: this.dialect.vendor,
      dialect: open,
      onRequest: (request) => onRequest.call(open, request),
      endpointAt: (path, head) => this.endpointAt(path, head),
      clock: this.#box.clock,
      connections,
      requests: this.#box.requests,
      nextFault: (endpoint) => this.#nextFault(endpoint),
      deliver: (content, requestId) => this.#box.deliver(this.dialect, content, requestId),
    };
  }

  /** The endpoint that a path belongs to; undefined if the vendor has nothing there. */
  endpointAt(path: string, head: RequestHead): string | undefined {
    if (this.open.endpointAt !== undefined) return this.open.endpointAt(path, head);
    return this.dialect.endpoints.includes(path) ? path : undefined;
  }

  /** As people and programs are told of it. */
  shown(): Vendor {
    const { dialect, open, url } = this;
    return {
      vendor: dialect.vendor,
      title: dialect.title,
      url,
      reports: open.reports !== undefined,
      inbound: open.inbound !== undefined,
      answers: dialect.answers,
      endpoints: dialect.endpoints,
      settings: open.settings?.read() ?? null,
      calls: Object.entries(open.calls ?? {}).map(([name, { what, example }]) => ({ name, what, example })),
      sdk: open.sdkLine(url),
    };
  }

  reset(): void {
    this.#random.reset();
    this.open.reset();
  }

  #nextFault(endpoint: string): RequestFault | undefined {
    const { answers, vendor } = this.dialect;
    return this.#box.faults.onRequest(vendor, endpoint, (fault) => {
      if (fault.kind === 'status') return this.open.answersNumbers === true;
      if (fault.kind !== 'answer') return true;
      return answers.some(({ name, endpoints = [endpoint] }) => name === fault.name && endpoints.includes(endpoint));
    });
  }

  /** Nobody waits for it, so nobody else could be told what went wrong. */
  #runScheduled(run: () => void): void {
    try {
      run();
    } catch (error) {
      process.emitWarning(`The dialect ${this.dialect.vendor} failed in what it had scheduled: ${wordsOf(error)}`);
    }
  }

  #world(): World {
    const { vendor } = this.dialect;
    const { clock, schedule, requests, messages } = this.#box;
    return {
      clock,
      random: this.#random,
      schedule: (delayMs, run) => schedule.add(delayMs, () => this.#runScheduled(run)),
      phones: {
        deliver: (content, requestId) => this.#box.deliver(this.dialect, content, requestId),
        message: (id) => {
          const message = messages.get(id)?.message;
          return message?.vendor === vendor ? message : undefined;
        },
      },
      nextFault: (endpoint) => this.#nextFault(endpoint),
      recordRequest: ({ method, path, body, ...outcome }) => {
        const receivedAt = clock.now();
        const { id } = requests.begin({ vendor, method, path, body, receivedAt }, {});
        requests.end(id, { ...outcome, answeredAt: receivedAt });
        return id;
      },
    };
  }
}
