/** Twilio for Polysms. The dialect of the simulator is at `@polysms/provider-twilio/simulator`. */

export type { TwilioOptions } from './options.js';
export {
  type SignedInboundOptions,
  type SignedReportOptions,
  signedInbound,
  signedReport,
} from './simulator/signed-requests.js';
export { twilio } from './twilio.js';
