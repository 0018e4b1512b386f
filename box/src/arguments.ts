import { parseArgs } from 'node:util';
import type { SimulatorOptions } from '@polysms/simulator';
import { dialects } from './dialects.js';

/** Where the page is, unless it is told; vendors come on the ports that follow. */
const defaultPort = 4600;

export const usage = `Usage: npx -y pnpm@12 box [options]

Runs every vendor that Polysms simulates, and a page that shows what phones receive.
Prints the addresses, and stops on SIGINT and SIGTERM. GET /api lists the control API.

  --port N            port of the page; vendors come on the ports that follow
                      (default: ${defaultPort}; 0: free ports for all)
  --vendor-port V=N   port of one vendor; may be repeated
  --host H            address to listen on (default: 127.0.0.1)
  --allowed-hosts H,H further names by which page and control API may be called
  --tls               HTTPS for vendors; the certificate is at GET /api/certificate
  --seed N            whole number from which all codes and ids follow
  --reports-to URL    the app's webhook, to which /<vendor> is added
  --help              this text
`;

/** What the box was called with makes no sense. */
export class UsageError extends Error {}

/** @throws UsageError, and what `parseArgs` throws */
export function optionsFrom(args: readonly string[]): SimulatorOptions | 'help' {
  const { values } = parseArgs({
    // `pnpm box -- --port 1` hands the dashes on.
    args: args[0] === '--' ? args.slice(1) : [...args],
    strict: true,
    allowPositionals: false,
    options: {
      port: { type: 'string' },
      'vendor-port': { type: 'string', multiple: true },
      host: { type: 'string' },
      'allowed-hosts': { type: 'string' },
      tls: { type: 'boolean' },
      seed: { type: 'string' },
      'reports-to': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const port = numberFrom('--port', values.port) ?? defaultPort;
  const following = dialects.map(({ vendor }, index) => [vendor, port === 0 ? 0 : port + 1 + index]);
  return {
    dialects,
    port,
    ports: Object.fromEntries([...following, ...(values['vendor-port'] ?? []).map(vendorPort)]),
    host: values.host,
    allowedHosts: values['allowed-hosts']?.split(',').map((each) => each.trim()),
    tls: values.tls,
    seed: numberFrom('--seed', values.seed),
    reportsTo: values['reports-to'],
  };
}

function vendorPort(text: string): [string, number] {
  const [vendor = '', port] = text.split('=');
  if (port === undefined) throw new UsageError('--vendor-port must be a vendor and its port, such as mob=4601.');
  return [vendor, numberFrom('--vendor-port', port) ?? 0];
}

function numberFrom(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw new UsageError(`${name} must be a whole number.`);
  return Number(text);
}
