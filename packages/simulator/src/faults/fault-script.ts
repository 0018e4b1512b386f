import { configurationInvalid } from '@polysms/core/provider-kit';
import type { FaultChange, FaultEntry, ShownFault } from '../control/contract.js';
import {
  type ConnectionFault,
  type Fault,
  type FaultSchedule,
  hitsConnection,
  hitsReports,
  type ReportFault,
  type RequestFault,
} from './faults.js';

/** How many faults are switched on at once, at most. */
const most = 25_000;

/** How many MiB the bodies of all of them have together, at most. */
const mostBodyMebibytes = 32;

interface Entry<Kind extends Fault> {
  readonly id: string;
  readonly vendor: string | null;
  readonly fault: Kind;
  readonly when: FaultSchedule;
  spared: number;
  left: number;
}

/** Which entries may hit. */
type Concerns = (entry: Pick<Entry<Fault>, 'vendor' | 'when' | 'fault'>) => boolean;

/**
 * The faults to come, in the order in which they were set. A request is hit by the first that is due;
 * those behind it do not see the request, so `fail(a); fail(b)` hits the next with a and the one after with b.
 */
export class FaultScript {
  readonly #forRequests: Entry<RequestFault>[] = [];
  readonly #forConnections: Entry<ConnectionFault>[] = [];
  readonly #forReports: Entry<ReportFault>[] = [];
  readonly #share: () => number;
  readonly #onChange: (change: FaultChange) => void;
  #count = 0;

  /**
   * @param share the dice: from 0 up, below 1
   * @param onChange is called after each change
   */
  constructor(share: () => number, onChange: (change: FaultChange) => void) {
    this.#share = share;
    this.#onChange = onChange;
  }

  /** @throws SmsError `configuration_invalid` if there are too many, or they are too long together */
  add(vendor: string | null, fault: Fault, when: FaultSchedule): FaultEntry {
    this.#checkRoom(fault);
    this.#count += 1;
    const times = when.times ?? (when.probability === undefined ? 1 : Number.POSITIVE_INFINITY);
    const entry = { id: String(this.#count), vendor, when, spared: when.after ?? 0, left: times };
    if (hitsConnection(fault)) this.#forConnections.push({ ...entry, fault });
    else if (hitsReports(fault)) this.#forReports.push({ ...entry, fault });
    else this.#forRequests.push({ ...entry, fault });
    const added = shown({ ...entry, fault });
    this.#onChange({ change: 'set', entry: added });
    return added;
  }

  /** @param canAnswer whether the vendor has an answer of its own for a fault */
  onRequest(vendor: string, endpoint: string, canAnswer: (fault: RequestFault) => boolean): RequestFault | undefined {
    return this.#next(this.#forRequests, ({ when, ...entry }) => {
      if (!concerns(entry, vendor) || (when.endpoint !== undefined && when.endpoint !== endpoint)) return false;
      return canAnswer(entry.fault as RequestFault);
    });
  }

  onConnection(vendor: string): ConnectionFault | undefined {
    return this.#next(this.#forConnections, (entry) => concerns(entry, vendor));
  }

  onReports(vendor: string): ReportFault | undefined {
    return this.#next(this.#forReports, (entry) => concerns(entry, vendor));
  }

  /** All that may still hit, in the order in which they were set. */
  list(): readonly FaultEntry[] {
    const all = this.#lists().flatMap((entries) => entries.map(shown));
    return all.sort((a, b) => Number(a.id) - Number(b.id));
  }

  /** Whether there was such a fault. */
  remove(id: string): boolean {
    for (const entries of this.#lists()) {
      const index = entries.findIndex((entry) => entry.id === id);
      if (index === -1) continue;
      entries.splice(index, 1);
      this.#onChange({ change: 'gone', id });
      return true;
    }
    return false;
  }

  clear(): void {
    for (const entries of this.#lists()) entries.length = 0;
    this.#onChange({ change: 'all-gone' });
  }

  #checkRoom(fault: Fault): void {
    const count = this.#lists().reduce((sum, entries) => sum + entries.length, 0);
    if (count >= most) throw configurationInvalid(`fail(): ${most} faults are switched on already; switch some off.`);
    if (bodyBytesOf(fault) === 0) return;
    const bytes = this.#forRequests.reduce((sum, entry) => sum + bodyBytesOf(entry.fault), bodyBytesOf(fault));
    if (bytes <= mostBodyMebibytes * 1024 * 1024) return;
    throw configurationInvalid(
      `fail(): fault.body: the bodies of all faults may have ${mostBodyMebibytes} MiB together; switch some off.`,
    );
  }

  #lists(): readonly Entry<Fault>[][] {
    return [this.#forRequests, this.#forConnections, this.#forReports];
  }

  #next<Kind extends Fault>(entries: Entry<Kind>[], concerned: Concerns): Kind | undefined {
    for (const [index, entry] of entries.entries()) {
      if (!concerned(entry)) continue;
      if (entry.spared > 0) {
        entry.spared -= 1;
        continue;
      }
      if (entry.when.probability !== undefined && this.#share() >= entry.when.probability) continue;
      entry.left -= 1;
      if (entry.left <= 0) {
        entries.splice(index, 1);
        this.#onChange({ change: 'gone', id: entry.id });
      } else if (Number.isFinite(entry.left)) this.#onChange({ change: 'set', entry: shown(entry) });
      return entry.fault;
    }
    return undefined;
  }
}

function concerns({ vendor }: { readonly vendor: string | null }, asked: string): boolean {
  return vendor === null || vendor === asked;
}

function shown({ id, vendor, fault, when, left }: Omit<Entry<Fault>, 'spared'>): FaultEntry {
  return { id, vendor, fault: shownFault(fault), when, left: Number.isFinite(left) ? left : null };
}

function bodyBytesOf(fault: Fault): number {
  return fault.kind === 'http' && fault.body !== undefined ? Buffer.byteLength(fault.body) : 0;
}

function shownFault(fault: Fault): ShownFault {
  if (fault.kind !== 'http') return fault;
  const { body, ...rest } = fault;
  return body === undefined ? rest : { ...rest, bodyBytes: bodyBytesOf(fault) };
}
