import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A package that a browser imports by its name. */
export interface BrowserModule {
  readonly specifier: string;
  /** Its path on the server. */
  readonly path: string;
  /** Its place on the disk. */
  readonly file: string;
}

/** The packages that the page imports, as they were installed: they are ES modules, and need no bundler. */
export function browserModules(): readonly BrowserModule[] {
  const require = createRequire(import.meta.url);
  const signals = dirname(require.resolve('@preact/signals'));
  const signalsCore = dirname(createRequire(join(signals, 'signals.js')).resolve('@preact/signals-core'));
  return [
    module('preact', dirname(require.resolve('preact')), 'preact.mjs'),
    module('preact/hooks', dirname(require.resolve('preact/hooks')), 'hooks.mjs'),
    module('preact/jsx-runtime', dirname(require.resolve('preact/jsx-runtime')), 'jsxRuntime.mjs'),
    module('@preact/signals', signals, 'signals.mjs'),
    module('@preact/signals-core', signalsCore, 'signals-core.mjs'),
  ];
}

function module(specifier: string, folder: string, name: string): BrowserModule {
  return { specifier, path: `/assets/modules/${specifier}/${name}`, file: join(folder, name) };
}
