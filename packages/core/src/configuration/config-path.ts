/** The way to a value inside a configuration: `['providers', 1, 'appKey']`. */
export type ConfigPath = readonly (string | number)[];

/** `providers.1.appKey` */
export function dotted(path: ConfigPath): string {
  return path.join('.');
}
