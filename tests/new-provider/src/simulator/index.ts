/** Acme's dialect for the simulator, for tests and for development without an account. */

export { type AcmeSimulatorSettings, acmeDialect } from './dialect.js';
