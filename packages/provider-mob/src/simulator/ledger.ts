import { BoundedList, type RequestFault } from '@polysms/simulator';
import type { MobEndpoint } from './endpoints.js';
import type { Parameters } from './form.js';

/** A request to one of Mob's endpoints whose body was read to its end. */
export interface SimulatedRequest {
  readonly endpoint: MobEndpoint;
  readonly method: 'GET' | 'POST';
  /** As decoded; at most 64 parameters, names and values cut to 256 characters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The header of the request, cut to 256 characters. */
  readonly contentType: string | undefined;
  /** The header of the request, cut to 256 characters. */
  readonly accept: string | undefined;
  /** The caller's IP address. */
  readonly remoteAddress: string;
  /** Whether Mob acted on it: a fault may keep it from that. */
  readonly processed: boolean;
  /** Mob's status in the answer; `none` if a fault kept it from the caller. */
  readonly status: number | 'none';
  /** The fault that hit it. */
  readonly fault: RequestFault['kind'] | undefined;
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly receivedAt: number;
}

const maxParameters = 64;
const maxCharacters = 256;

/** The newest requests. */
export class Ledger {
  readonly #requests: BoundedList<SimulatedRequest>;

  constructor(limit: number) {
    this.#requests = new BoundedList(limit);
  }

  get requests(): readonly SimulatedRequest[] {
    return this.#requests.entries;
  }

  record(request: Omit<SimulatedRequest, 'parameters'> & { readonly parameters: Parameters }): void {
    const parameters = [...request.parameters].slice(0, maxParameters).map(([name, value]) => [cut(name), cut(value)]);
    this.#requests.add({
      ...request,
      parameters: Object.fromEntries(parameters),
      contentType: request.contentType === undefined ? undefined : cut(request.contentType),
      accept: request.accept === undefined ? undefined : cut(request.accept),
    });
  }

  clear(): void {
    this.#requests.clear();
  }
}

function cut(text: string): string {
  return text.slice(0, maxCharacters);
}
