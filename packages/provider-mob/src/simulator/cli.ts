#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { isSmsError } from '@polysms/core/provider-kit';
import type { MobSimulatorOptions } from './options.js';
import { startMobSimulator } from './simulator.js';

const usage = `Usage: mob-simulator [options]

Simulates Mob's SMS Web API over HTTP. Prints its URL, and stops on SIGINT and SIGTERM.
GET /simulator/messages shows what phones received. POST /simulator/settings and
POST /simulator/faults change what is answered; the package's README lists both.
A comma parts the values of a list.

  --port N            port to listen on (default: a free one)
  --host H            address to listen on (default: 127.0.0.1)
  --allowed-hosts H,H further names by which /simulator/... may be called, such as
                      a container's (default: loopback names and --host)
  --tls               HTTPS, with a certificate at GET /simulator/certificate
  --app-key K         the only legal appkey (default: every one is legal)
  --balance N         messages left (default: no end)
  --seed N            whole number from which all codes follow (default: random codes)
  --zones Z,Z         zones that can be sent to (default: every zone)
  --allowed-ips A,A   addresses that may call (default: every address)
  --any-template      every template counts as approved, and lists its values
  --unlimited         no limit on how often a phone is sent something
  --help              this text
`;

const exitStatus = { failed: 1, badUsage: 2 } as const;

class UsageError extends Error {}

function optionsFrom(args: readonly string[]): MobSimulatorOptions | 'help' {
  const { values } = parseArgs({
    // `pnpm mob-simulator -- --port 1` hands the dashes on.
    args: args[0] === '--' ? args.slice(1) : [...args],
    strict: true,
    allowPositionals: false,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      tls: { type: 'boolean' },
      'app-key': { type: 'string' },
      balance: { type: 'string' },
      seed: { type: 'string' },
      zones: { type: 'string' },
      'allowed-ips': { type: 'string' },
      'allowed-hosts': { type: 'string' },
      'any-template': { type: 'boolean' },
      unlimited: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const none = Number.POSITIVE_INFINITY;
  const unlimited = {
    perMinute: none,
    perTwelveHours: none,
    perDayOnPlatform: none,
    custom: { perMinute: none, perTwelveHours: none },
  };
  return {
    port: numberFrom('--port', values.port),
    host: values.host,
    tls: values.tls,
    appKey: values['app-key'],
    balance: numberFrom('--balance', values.balance),
    seed: numberFrom('--seed', values.seed),
    zones: listFrom(values.zones),
    allowedIps: listFrom(values['allowed-ips']),
    allowedHosts: listFrom(values['allowed-hosts']),
    anyTemplate: values['any-template'],
    limits: values.unlimited === true ? unlimited : undefined,
  };
}

function numberFrom(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/u.test(text)) throw new UsageError(`${name}: must be a whole number`);
  return Number(text);
}

/** Spaces around a value do not count: people write a list in quotes with them, as in Mob's console. */
function listFrom(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((each) => each.trim());
}

/** What is wrong with an option, in the words of who typed a flag: `--allowed-ips: entry 2 must be an IP address`. */
function inFlags(message: string): string {
  const problems = message.replace(/^startMobSimulator\(\): /u, '').split('; ');
  const named = problems.map((problem) =>
    problem.replace(/^(\w+)(?:\.(\d+))?: /u, (_name, option: string, index: string | undefined) => {
      const flag = `--${option.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}: `;
      return index === undefined ? flag : `${flag}entry ${Number(index) + 1} `;
    }),
  );
  return named.join('; ');
}

function isBadUsage(error: unknown): boolean {
  if (error instanceof UsageError || isSmsError(error)) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const simulator = await startMobSimulator(options);
  // Closing frees the last handle, and the process ends by itself with status 0.
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(`${simulator.url}\n`);
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`mob-simulator: ${isSmsError(error) ? inFlags(message) : message}\n`);
  process.exitCode = isBadUsage(error) ? exitStatus.badUsage : exitStatus.failed;
}
