/** Acme for Polysms. The dialect of the simulator is at `@polysms/provider-acme/simulator`. */

export { acme } from './acme.js';
export type { AcmeOptions } from './options.js';
