/** Mob (mob.com) for Polysms. The simulator is at `@polysms/provider-mob/simulator`. */

export { type MobProvider, mob, type SdkCode } from './mob.js';
export type { MobOptions } from './options.js';
