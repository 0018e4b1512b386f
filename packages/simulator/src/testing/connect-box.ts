import type {
  BoxMessage,
  BoxReport,
  FaultEntry,
  ReportCall,
  ReportSettings,
  ReportsPage,
  Vendor,
} from '../control/contract.js';
import type { Fault, FaultSchedule } from '../faults/faults.js';
import { type BoxPhone, phoneIn } from './box-phone.js';
import { callsOf } from './call-box.js';

/** A box that runs somewhere, for tests: calls of its control API. */
export interface Box {
  /** Without a slash at the end. */
  readonly url: string;
  /**
   * A phone, by its number in E.164. Messages that are on it already count as not returned yet.
   *
   * @see newPhone
   */
  phone(number: string): BoxPhone;
  /** A phone of which everything that is on it counts as returned: what a test waits for must come after this. */
  newPhone(number: string): Promise<BoxPhone>;
  /** The vendors, as they are now. */
  vendors(): Promise<readonly Vendor[]>;
  /** Makes something go wrong, by default with the next request to any vendor. */
  fail(fault: Fault, when?: FaultSchedule & { readonly vendor?: string | undefined }): Promise<FaultEntry>;
  /** Switches all faults off. */
  mend(): Promise<void>;
  /** Changes settings of a vendor, at once. */
  configure(vendor: string, changes: unknown): Promise<void>;
  /** Changes how reports come from now on: `{ mode: 'held' }`. */
  configureReports(changes: Partial<ReportSettings>): Promise<ReportSettings>;
  /** What apps are told of their messages, oldest first. */
  reports(): Promise<readonly BoxReport[]>;
  /** Reports this of a message now, as its vendor does. Resolves once the app's webhook has been called. */
  report(message: Pick<BoxMessage, 'id'>, call: ReportCall): Promise<BoxReport>;
  /** Tells the app now what is held back. */
  release(report: Pick<BoxReport, 'id'>): Promise<BoxReport>;
  /** Back to the start, for every phone and vendor: not while other tests use the box. */
  reset(): Promise<void>;
}

/**
 * A box for tests, in any process: `connectBox('http://127.0.0.1:4600')`, or `connectBox(simulator.url)`. Calls nobody yet.
 *
 * @param url where its control API and its page are
 */
export function connectBox(url: string): Box {
  const address = url.replace(/\/+$/u, '');
  const call = callsOf(address);
  let resets = 0;
  const box = { url: address, call, resets: () => resets };
  return {
    url: address,
    phone: (number) => phoneIn(box, number),
    async newPhone(number) {
      const query = new URLSearchParams({ to: number, limit: '1' });
      const [newest] = await call<readonly BoxMessage[]>('GET', `/api/messages?${query}`);
      return phoneIn(box, number, newest?.id);
    },
    vendors: () => call('GET', '/api/vendors'),
    fail: (fault, { vendor, ...when } = {}) => call('POST', '/api/faults', { vendor, fault, when: endless(when) }),
    mend: async () => void (await call('DELETE', '/api/faults')),
    configure: async (vendor, changes) => {
      await call('POST', `/api/vendors/${encodeURIComponent(vendor)}/settings`, changes);
    },
    configureReports: (changes) => call('POST', '/api/reports/settings', changes),
    reports: async () => (await call<ReportsPage>('GET', '/api/reports')).reports,
    report: ({ id }, body) => call('POST', `/api/messages/${encodeURIComponent(id)}/reports`, body),
    release: ({ id }) => call('POST', `/api/reports/${encodeURIComponent(id)}/release`),
    async reset() {
      await call('POST', '/api/reset');
      resets += 1;
    },
  };
}

/** JSON has no Infinity; a share of all says the same. */
function endless({ times, ...when }: FaultSchedule): FaultSchedule {
  if (times !== Infinity) return { ...when, times };
  return { probability: 1, ...when };
}
