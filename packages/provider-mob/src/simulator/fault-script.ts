import type { MobEndpoint } from './endpoints.js';
import {
  type ConnectionFault,
  type FaultSchedule,
  hitsConnection,
  type MobFault,
  type RequestFault,
} from './faults.js';

interface Entry<Fault> {
  readonly fault: Fault;
  readonly endpoint: MobEndpoint | undefined;
  spared: number;
  left: number;
}

/**
 * The faults to come, in the order in which they were set. A request is hit by the first that is due;
 * those behind it do not see the request, so `fail(a); fail(b)` hits the next with a and the one after with b.
 */
export class FaultScript {
  readonly #forRequests: Entry<RequestFault>[] = [];
  readonly #forConnections: Entry<ConnectionFault>[] = [];

  add(fault: MobFault, schedule: FaultSchedule): void {
    const { after = 0, times = 1, endpoint } = schedule;
    const rest = { endpoint, spared: after, left: times };
    if (hitsConnection(fault)) this.#forConnections.push({ fault, ...rest });
    else this.#forRequests.push({ fault, ...rest });
  }

  onRequest(endpoint: MobEndpoint): RequestFault | undefined {
    return next(this.#forRequests, (entry) => entry.endpoint === undefined || entry.endpoint === endpoint);
  }

  onConnection(): ConnectionFault | undefined {
    return next(this.#forConnections, () => true);
  }

  clear(): void {
    this.#forRequests.length = 0;
    this.#forConnections.length = 0;
  }
}

function next<Fault>(entries: Entry<Fault>[], concerns: (entry: Entry<Fault>) => boolean): Fault | undefined {
  for (const [index, entry] of entries.entries()) {
    if (!concerns(entry)) continue;
    if (entry.spared > 0) {
      entry.spared -= 1;
      continue;
    }
    entry.left -= 1;
    if (entry.left <= 0) entries.splice(index, 1);
    return entry.fault;
  }
  return undefined;
}
