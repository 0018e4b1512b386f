import type { ResolutionContext } from 'inversify';

/** Options, or a function that gets them, perhaps from other services of the container, perhaps later. */
export type ModuleOptions<Options extends object> =
  | Options
  | ((context: ResolutionContext) => Options | Promise<Options>);

/** Makes something from options; at once if they are there. */
export function makeFrom<Options extends object, Made>(
  options: ModuleOptions<Options>,
  context: ResolutionContext,
  make: (options: Options) => Made,
): Made | Promise<Made> {
  const given = typeof options === 'function' ? options(context) : options;
  return given instanceof Promise ? given.then(make) : make(given);
}
