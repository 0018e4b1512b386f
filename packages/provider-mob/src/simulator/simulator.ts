import { AllowedHosts } from './allowed-hosts.js';
import { certificateFor } from './certificate.js';
import { Connections } from './connections.js';
import { parseFault } from './fault-schema.js';
import { FaultScript } from './fault-script.js';
import type { FaultSchedule, MobFault } from './faults.js';
import { startHttpServer } from './http-server.js';
import type { SimulatedMessage, WaitForMessage } from './inbox.js';
import { Ledger, type SimulatedRequest } from './ledger.js';
import { Mob, remembered } from './mob.js';
import { type MobSimulatorOptions, parseSimulatorOptions } from './options.js';
import type { MobSimulatorSettings } from './settings.js';

/** A running simulator of Mob's Web API. */
export interface MobSimulator extends AsyncDisposable {
  /** The base URL, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** The certificate in PEM, for a client's list of authorities; undefined without TLS. */
  readonly certificate: string | undefined;
  /** What phones received, newest last: a live view of the newest 100000. */
  readonly messages: readonly SimulatedMessage[];
  /** What was asked of Mob's endpoints, newest last: a live view of the newest 100000. */
  readonly requests: readonly SimulatedRequest[];
  /**
   * Resolves with the newest message to a phone that no earlier wait has returned, or else with the next one.
   *
   * @throws Error when the time is up, or the simulator is closed first
   * @throws SmsError `configuration_invalid` for a number that is not E.164
   */
  waitForMessage(options: WaitForMessage): Promise<SimulatedMessage>;
  /**
   * Sends a code as Mob's mobile SDK would. Only such a code is right at /sms/verify.
   * It costs no balance and is never refused; it counts towards `limits.perDayOnPlatform`.
   *
   * @param to E.164
   * @throws SmsError `invalid_phone_number`
   */
  sendSdkCode(to: string): SimulatedMessage;
  /**
   * Changes what `changes` names, at once.
   *
   * @throws SmsError `configuration_invalid`; nothing has changed then
   */
  configure(changes: MobSimulatorSettings): void;
  /**
   * Makes something go wrong, by default with the next request. Faults are used up in the order in which they
   * were set; a request that one hits is not seen by those behind it.
   *
   * @throws SmsError `configuration_invalid`
   */
  fail(fault: MobFault, when?: FaultSchedule): void;
  /** Back to the start: messages, requests, codes, counts, faults, settings, balance and seed. Waits go on. */
  reset(): void;
  /** Stops listening, destroys open connections and ends waits. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a simulator of Mob's SMS Web API: a real HTTP server on the loopback address that keeps codes, limits and
 * a balance as Mob does, and can be told to fail. `GET /simulator/messages` shows what phones received.
 *
 * @throws SmsError `configuration_invalid` for options that cannot work
 * @throws Error if the port is taken
 */
export async function startMobSimulator(options: MobSimulatorOptions = {}): Promise<MobSimulator> {
  const parsed = parseSimulatorOptions(options);
  const { host, port } = parsed;
  const hosts = [host, ...parsed.allowedHosts];
  const certificate = await certificateFor(parsed.tls, hosts);
  const mob = new Mob(parsed);
  const faults = new FaultScript();
  const ledger = new Ledger(remembered);
  const connections = new Connections();
  const state = {
    messages: mob.inbox.messages,
    requests: ledger.requests,
    certificate: certificate?.cert,
    configure: (changes: unknown) => mob.account.configure(changes),
    sendSdkCode: (to: string) => mob.sendSdkCode(to),
    scheduleFault: (call: unknown) => {
      const { fault, when } = parseFault(call);
      faults.add(fault, when);
    },
    reset: () => {
      mob.reset();
      faults.clear();
      ledger.clear();
    },
  };
  const api = { mob, faults, ledger, connections };
  const server = await startHttpServer({
    host,
    port,
    certificate,
    allowedHosts: new AllowedHosts(hosts),
    api,
    controlled: state,
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    mob.inbox.close();
    closing ??= server.close();
    return closing;
  };
  const { scheduleFault, ...shared } = state;
  return {
    ...shared,
    url: server.url,
    port: server.port,
    waitForMessage: (wait) => mob.inbox.wait(wait),
    fail: (fault, when = {}) => scheduleFault({ fault, when }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
