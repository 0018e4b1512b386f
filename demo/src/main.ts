import { parseArgs } from 'node:util';
import { isSmsError } from '@polysms/core';
import { failoverRun } from './failover-run.js';
import { realRun } from './real-run.js';
import { twoCodesRun } from './two-codes-run.js';
import { vendorsRun } from './vendors-run.js';
import { verificationRun } from './verification-run.js';

const usage = `Usage: npx -y pnpm@12 start
       MOB_APP_KEY=… npx -y pnpm@12 start -- --to +86…

Without an appkey everything runs against a simulator. MOB_BASE_URL names a gateway in front of Mob.
`;

const write = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<boolean> {
  // `pnpm start -- --to …` hands the dashes on.
  const args = process.argv.slice(2).filter((arg, index) => index > 0 || arg !== '--');
  const { values } = parseArgs({ args, options: { to: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(usage);
    return true;
  }
  const { MOB_APP_KEY: appKey, MOB_BASE_URL: baseUrl } = process.env;
  if (values.to === undefined) {
    if (appKey) write('MOB_APP_KEY is set; give -- --to +86… to talk to the real Mob.');
    const isVerified = await verificationRun(write);
    write('');
    const isFailedOver = await failoverRun(write);
    write('');
    const areCodesRight = await twoCodesRun(write);
    write('');
    return (await vendorsRun(write)) && areCodesRight && isFailedOver && isVerified;
  }
  if (appKey === undefined || appKey === '') throw new TypeError('--to needs the appkey of a Mob app in MOB_APP_KEY.');
  return realRun({ appKey, to: values.to, baseUrl, input: process.stdin, write });
}

// Without these, an interrupted run would skip the exit handlers and leave the simulator behind.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  const succeeded = await main();
  write('');
  write(succeeded ? 'Done.' : 'Failed: a step did not end as it should.');
  process.exitCode = succeeded ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof TypeError && !isSmsError(error);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? usage : ''}`);
  process.exitCode = 2;
}
