/** A simulator of Mob's SMS Web API, for tests and for development without an account. */

export type { MobEndpoint } from './endpoints.js';
export type {
  ConnectionFault,
  ContentTypeFault,
  DelayFault,
  DropFault,
  FaultMoment,
  FaultSchedule,
  HangFault,
  HttpFault,
  MobFault,
  RequestFault,
  ResetFault,
  StatusFault,
} from './faults.js';
export type { SimulatedMessage, WaitForMessage } from './inbox.js';
export type { SimulatedRequest } from './ledger.js';
export type { MobSimulatorOptions, SimulatorClock, TlsCertificate } from './options.js';
export type {
  MobCustomLimitSettings,
  MobLimitSettings,
  MobSimulatorSettings,
  MobTwelveHourWindow,
} from './settings.js';
export { type MobSimulator, startMobSimulator } from './simulator.js';
export type { MobTemplate } from './templates.js';
