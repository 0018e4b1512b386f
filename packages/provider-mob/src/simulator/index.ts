/** A simulator of Mob's SMS Web API, for tests and for development without an account: alone, or as a dialect of a box. */

export { mobDialect } from './dialect.js';
export type { MobEndpoint } from './endpoints.js';
export type { SimulatedRequest } from './ledger.js';
export type { SimulatedMessage } from './messages.js';
export type { MobSimulatorOptions } from './options.js';
export type {
  MobCustomLimitSettings,
  MobLimitSettings,
  MobSimulatorSettings,
  MobTwelveHourWindow,
} from './settings.js';
export { type MobFault, type MobFaultSchedule, type MobSimulator, startMobSimulator } from './simulator.js';
export type { MobTemplate } from './templates.js';
