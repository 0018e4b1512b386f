import type { ResolutionContext } from 'inversify';
import { isThenable } from '../listeners/listeners.js';

/** Options, or a function that gets them, perhaps from other services of the container, perhaps later. */
export type ModuleOptions<Options extends object> =
  | Options
  | ((context: ResolutionContext) => Options | PromiseLike<Options>);

/** Makes something from options; at once if they are there. */
export function makeFrom<Options extends object, Made>(
  options: ModuleOptions<Options>,
  context: ResolutionContext,
  make: (options: Options) => Made,
): Made | Promise<Made> {
  const given = typeof options === 'function' ? options(context) : options;
  // Of any kind: a thenable need not answer a promise itself.
  return isThenable(given) ? Promise.resolve(given).then(make) : make(given);
}
