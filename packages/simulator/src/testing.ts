/** For tests of an app whose vendors are in a box: phones that a test reads, and faults that it makes. Any test runner. */

export type { BoxPhone, PhoneWait } from './testing/box-phone.js';
export { type Box, connectBox } from './testing/connect-box.js';
