/**
 * Runs before each test file. Files share a process, since starting one takes longer than most files do. Each file
 * begins with modules of its own, and without the spies, the variables and the clock of the file before it.
 */
import { readFileSync } from 'node:fs';
import timers from 'node:timers';
import { expect, vi } from 'vitest';

/** What the process began with: @hono/node-server puts classes of its own in their place, for the files after it. */
const begun = (process as typeof process & { [key: symbol]: unknown })[Symbol.for('polysms.globals')] as
  | { readonly Request: typeof Request; readonly Response: typeof Response }
  | undefined;
const originals = begun ?? { Request, Response };
Object.defineProperty(process, Symbol.for('polysms.globals'), { value: originals, configurable: true });
for (const [name, value] of Object.entries(originals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

vi.resetModules();
vi.restoreAllMocks();
vi.unstubAllEnvs();
vi.unstubAllGlobals();
vi.useRealTimers();

// Whoever waits on such a clock waits for ever.
if (globalThis.setTimeout !== timers.setTimeout) {
  throw new Error(
    'The test file before this one left a fake clock: it restored a spy on a fake timer when the real clock was back. ' +
      'Remedy: call vi.restoreAllMocks() before vi.useRealTimers().',
  );
}

const { testPath = '' } = expect.getState();
if (/\bvi\.(?:mock|doMock)\(/.test(readFileSync(testPath, 'utf8'))) {
  throw new Error(`${testPath} replaces a module, also for the files after it. Remedy: name it in vitest.config.ts.`);
}
