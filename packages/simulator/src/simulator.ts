import { Box } from './box.js';
import type {
  BoxMessage,
  BoxReply,
  BoxReport,
  FaultEntry,
  ReportSettings,
  Vendor,
  WireRequest,
} from './control/contract.js';
import type { Fault, FaultSchedule } from './faults/faults.js';
import { parseSimulatorOptions, type SimulatorOptions } from './options.js';
import { listenAll } from './ports.js';
import { certificateFor } from './vendor-port/certificate.js';
import type { WaitForMessage } from './world/waits.js';

/** Vendors that run, with the phones that they reach. */
export interface Simulator extends AsyncDisposable {
  /** The control API and the page, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The certificate of the vendors' ports in PEM, for a client's list of authorities; undefined without TLS. */
  readonly certificate: string | undefined;
  /** The vendors, as they are now. */
  readonly vendors: readonly Vendor[];
  /** What vendors took, oldest first: the newest 100000. */
  readonly messages: readonly BoxMessage[];
  /** What came to vendors, oldest first: the newest 20000. */
  readonly requests: readonly WireRequest[];
  /** What apps are told, oldest first: the newest 100000. */
  readonly reports: readonly BoxReport[];
  /**
   * The address of a vendor, without a slash at the end.
   *
   * @throws SmsError `configuration_invalid` if it is not in the box
   */
  urlOf(vendor: string): string;
  /**
   * Resolves with the newest message to a phone that no earlier wait has returned, or else with the next one.
   *
   * @throws Error when the time is up, or the simulator is closed first
   * @throws SmsError `configuration_invalid` for a number that is not E.164
   */
  waitForMessage(options: WaitForMessage): Promise<BoxMessage>;
  /**
   * Makes something go wrong, by default with the next request. Faults are used up in the order in which they were set;
   * a request that one hits is not seen by those behind it.
   *
   * @throws SmsError `configuration_invalid`
   */
  fail(fault: Fault, when?: FaultSchedule & { readonly vendor?: string | undefined }): FaultEntry;
  /**
   * The same, of a call as `POST /api/faults` takes it.
   *
   * @throws SmsError `configuration_invalid`
   */
  failAs(call: unknown): FaultEntry;
  /**
   * Changes settings of a vendor, at once.
   *
   * @throws SmsError `configuration_invalid`; nothing has changed then
   */
  configure(vendor: string, changes: unknown): void;
  /**
   * Makes happen what only this vendor has.
   *
   * @throws SmsError `configuration_invalid` for a call that it does not have, and for a wrong body
   */
  call(vendor: string, name: string, body?: unknown): unknown;
  /**
   * Changes how reports come from now on.
   *
   * @throws SmsError `configuration_invalid`; nothing has changed then
   */
  configureReports(changes: Partial<ReportSettings>): ReportSettings;
  /**
   * Writes back from a phone, by default to the newest message on it whose vendor hands replies on. Resolves after the
   * first call of the app's webhook.
   *
   * @throws SmsError `configuration_invalid`
   */
  reply(phone: string, text: string, messageId?: string): Promise<BoxReply>;
  /** Back to the start: messages, requests, reports, faults, settings and seed. Waits go on. */
  reset(): void;
  /** Stops listening, destroys open connections and ends waits. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts vendors on loopback ports of their own, and a control API with a page on another: phones receive, apps are told,
 * and anything can go wrong.
 *
 * @throws SmsError `configuration_invalid` for options that cannot work
 * @throws Error if a port is taken
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const parsed = parseSimulatorOptions(options);
  const certificate = await certificateFor(parsed.tls, [parsed.host, ...parsed.allowedHosts]);
  const box = new Box(parsed);
  const listeners = await listenAll(box, parsed, certificate);
  const [main] = listeners;
  let closing: Promise<unknown> | undefined;
  const close = async () => {
    box.close();
    closing ??= Promise.all(listeners.map((listener) => listener.close()));
    await closing;
  };
  return {
    url: main.url,
    port: main.port,
    certificate: certificate?.cert,
    get vendors() {
      return box.vendors.map((vendor) => vendor.shown());
    },
    get messages() {
      return box.messages.stored.map(({ message }) => message);
    },
    requests: box.requests.entries,
    reports: box.reports.entries,
    urlOf: (vendor) => box.vendor(vendor).url,
    waitForMessage: (wait) => box.waits.wait(wait),
    fail: (fault, { vendor, ...when } = {}) => box.fail({ vendor, fault, when }),
    failAs: (call) => box.fail(call),
    configure: (vendor, changes) => void box.configure(vendor, changes),
    call: (vendor, name, body) => box.call(vendor, name, body),
    configureReports: (changes) => box.reports.configure(changes),
    reply: (phone, text, messageId) => box.replies.reply(phone, { text, messageId }),
    reset: () => box.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
