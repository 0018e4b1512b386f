/** Twilio's dialect for the simulator: Messages and Verify v2, with signed reports, for tests and without an account. */

export { twilioDialect } from './dialect.js';
export type { TwilioSimulatorSettings } from './settings.js';
