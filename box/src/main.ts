import { isSmsError } from '@polysms/core';
import { startSimulator } from '@polysms/simulator';
import { optionsFrom, UsageError, usage } from './arguments.js';
import { table } from './table.js';

const exitStatus = { failed: 1, badUsage: 2 } as const;

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const simulator = await startSimulator(options);
  // Closing frees the last handle, and the process ends by itself with status 0.
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(`${table(simulator)}\n`);
}

function isBadUsage(error: unknown): boolean {
  if (error instanceof UsageError || isSmsError(error)) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

try {
  await main();
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  const advice = words.includes('the port is taken') ? ' Choose another with --port, or free ports with --port 0.' : '';
  process.stderr.write(`box: ${words}${advice}\n`);
  process.exitCode = isBadUsage(error) ? exitStatus.badUsage : exitStatus.failed;
}
