import {
  type ConnectionFault,
  type FaultSchedule,
  type RequestFault,
  startSimulator,
  type WaitForMessage,
} from '@polysms/simulator';
import { answerControl } from './control.js';
import { dialectOf, type OpenMob, openMob } from './dialect.js';
import type { MobEndpoint } from './endpoints.js';
import type { SimulatedRequest } from './ledger.js';
import type { SimulatedMessage } from './messages.js';
import { type MobSimulatorOptions, parseSimulatorOptions } from './options.js';
import type { MobSimulatorSettings } from './settings.js';

/** Something that goes wrong on the way to Mob, at Mob, or on the way back. Mob sends no reports. */
export type MobFault = ConnectionFault | RequestFault;

/** Which requests a fault hits: first `after` are spared, then `times` are hit, or those that the dice choose. */
export interface MobFaultSchedule extends FaultSchedule {
  readonly endpoint?: MobEndpoint | undefined;
}

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
  fail(fault: MobFault, when?: MobFaultSchedule): void;
  /** Back to the start: messages, requests, codes, counts, faults, settings, balance and seed. Waits go on. */
  reset(): void;
  /** Stops listening, destroys open connections and ends waits. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a simulator of Mob's SMS Web API alone: `startSimulator` with the one dialect, Mob's endpoints and the control
 * API on one port. It keeps codes, limits and a balance as Mob does, and can be told to fail. `GET /simulator/messages`
 * shows what phones received.
 *
 * @throws SmsError `configuration_invalid` for options that cannot work
 * @throws Error if the port is taken
 */
export async function startMobSimulator(options: MobSimulatorOptions = {}): Promise<MobSimulator> {
  const { listening, settings } = parseSimulatorOptions(options);
  const opened: OpenMob[] = [];
  const dialect = dialectOf((world) => {
    const open = openMob(settings, world);
    opened.push(open);
    return open.dialect;
  });
  const simulator = await startSimulator({
    ...listening,
    dialects: [dialect],
    onePort: true,
    otherPaths: async (request) => answerControl({ simulator, open }, request),
  });
  const [open] = opened as [OpenMob];
  const { mob, ledger } = open;
  return {
    url: simulator.url,
    port: simulator.port,
    certificate: simulator.certificate,
    messages: mob.messages,
    requests: ledger.requests,
    waitForMessage: async (wait) => {
      const { id } = await simulator.waitForMessage(wait);
      const found = mob.messages.findLast((message) => message.id === id);
      if (found === undefined) throw new Error('waitForMessage(): the message is forgotten already.');
      return found;
    },
    sendSdkCode: (to) => mob.sendSdkCode(to),
    configure: (changes) => simulator.configure('mob', changes),
    fail: (fault, when) => void simulator.fail(fault, when),
    reset: () => simulator.reset(),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
