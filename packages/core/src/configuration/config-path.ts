import { shownName } from '../errors/shown-name.js';

/** The way to a value inside a configuration: `['providers', 1, 'appKey']`. */
export type ConfigPath = readonly (string | number)[];

/** `providers.1.appKey`, for a message: names that a file or an environment holds are shown safely. */
export function dotted(path: ConfigPath): string {
  return path.map(shownName).join('.');
}
