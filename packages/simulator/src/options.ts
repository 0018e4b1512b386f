import { parseOptions } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { plainHost } from './control/allowed-hosts.js';
import type { ReportSettings } from './control/contract.js';
import type { Dialect } from './dialect.js';
import { checkVendors, reportsToSchema } from './reports/webhooks.js';
import { objectOf, required, wholeNumber } from './schema-parts.js';
import type { TlsCertificate } from './vendor-port/tls-certificate.js';
import type { SimulatorClock } from './world/clock.js';

/** What {@link startSimulator} takes. */
export interface SimulatorOptions {
  /** The vendors in the box, each with a name of its own. */
  readonly dialects: readonly Dialect[];
  /** The port of the control API and the page. Default 0: a free port. */
  readonly port?: number | undefined;
  /** The ports of vendors, by name: `{ mob: 4001 }`. Default: free ports. */
  readonly ports?: Readonly<Record<string, number>> | undefined;
  /** Serves the only vendor and the control API on one port. Default false. */
  readonly onePort?: boolean | undefined;
  /** The address to listen on. Default `127.0.0.1`, which other machines cannot reach. */
  readonly host?: string | undefined;
  /**
   * Further names and addresses by which the control API may be called, such as the name of a container, without a
   * port. A request with another Host is refused there, so that no web page reads codes. Default: none; loopback names,
   * `host` and the address at which a call comes in are always allowed.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * TLS on the vendors' ports: `true` with a certificate made for the occasion (needs the package `selfsigned`), or with
   * yours, in PEM. The control API stays without, unless it shares the one port, so that a browser needs no certificate.
   */
  readonly tls?: boolean | TlsCertificate | undefined;
  /** Where times come from. Default: the system's clock. Timeouts and the delays of faults stay in real time. */
  readonly clock?: SimulatorClock | undefined;
  /** A whole number from which all codes, ids and dice follow. Default: values that cannot be foretold. */
  readonly seed?: number | undefined;
  /**
   * The app's webhook, to which `/<vendor>` is added, or one webhook for each vendor. A message that names its own goes
   * there. Default: nobody is told.
   */
  readonly reportsTo?: string | Readonly<Record<string, string>> | undefined;
  /** How long after a message its first report comes, and each further one, in milliseconds. Default 500. */
  readonly reportDelayMs?: number | undefined;
  /**
   * Answers paths of the control port before the control API looks at them; undefined leaves them to it. Such requests
   * have passed its guard against web pages.
   */
  readonly otherPaths?: ((request: Request) => Promise<Response | undefined>) | undefined;
}

/** Options with every default filled in. */
export interface ParsedOptions {
  readonly dialects: readonly Dialect[];
  readonly port: number;
  readonly ports: Readonly<Record<string, number>>;
  readonly onePort: boolean;
  readonly host: string;
  /** As they are compared. */
  readonly allowedHosts: readonly string[];
  readonly tls: boolean | TlsCertificate;
  readonly clock: SimulatorClock;
  readonly seed: number | undefined;
  readonly reports: ReportSettings;
  readonly otherPaths: NonNullable<SimulatorOptions['otherPaths']> | undefined;
}

const port = wholeNumber(0, 65_535, 'must be a port number from 0 to 65535');
const hostExpected = 'must be a host name or an IP address, without scheme and port';
const pem = v.pipe(v.string('must be a string in PEM'), v.includes('-----BEGIN ', 'must be in PEM'));
const onOff = v.nullish(v.boolean('must be true or false'), false);

/** Options that a dialect's own wrapper takes under the same names. */
export const listeningEntries = {
  port: v.nullish(port, 0),
  host: v.nullish(v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty')), '127.0.0.1'),
  allowedHosts: v.nullish(
    v.array(
      v.pipe(
        v.string(hostExpected),
        v.check((host) => plainHost(host) !== undefined, hostExpected),
        v.transform((host) => plainHost(host) ?? host),
      ),
      'must be an array',
    ),
    [],
  ),
  tls: v.nullish(
    v.union(
      [v.boolean(), v.strictObject({ key: pem, cert: pem })],
      'must be true, false or { key, cert }, both in PEM',
    ),
    false,
  ),
  clock: v.nullish(
    v.custom<SimulatorClock>(isClock, 'must have a function now() that returns milliseconds since 1970'),
    { now: () => Date.now() },
  ),
  seed: v.nullish(v.pipe(v.number('must be a whole number'), v.safeInteger('must be a whole number'))),
};

const dialectsExpected = 'must be a list of dialects, such as [mobDialect()], each vendor once';

const dialects = v.pipe(
  v.array(v.custom<Dialect>(isDialect, 'must be a dialect, such as mobDialect()'), dialectsExpected),
  v.minLength(1, dialectsExpected),
  v.check((all) => new Set(all.map(({ vendor }) => vendor)).size === all.length, dialectsExpected),
);

const optionsSchema = v.strictObject(
  {
    ...listeningEntries,
    dialects: required(dialects),
    ports: v.nullish(v.record(v.string(), port, 'must be an object of ports by vendor'), {}),
    onePort: onOff,
    reportsTo: v.nullish(reportsToSchema, null),
    reportDelayMs: v.nullish(wholeNumber(0, 2_147_483_647, 'must be a whole number of milliseconds from 0 up'), 500),
    otherPaths: v.nullish(
      v.custom<NonNullable<SimulatorOptions['otherPaths']>>(
        (value) => typeof value === 'function',
        'must be a function',
      ),
    ),
  },
  objectOf('the options of the simulator'),
);

/** @throws SmsError `configuration_invalid` naming every wrong option */
export function parseSimulatorOptions(options: unknown): ParsedOptions {
  const parsed = parseOptions('startSimulator()', v.pipe(optionsSchema, fitting), options);
  const names = parsed.dialects.map(({ vendor }) => vendor);
  checkVendors('startSimulator()', options, names);
  const { reportsTo, reportDelayMs, seed, otherPaths, ...rest } = parsed;
  return {
    ...rest,
    seed: seed ?? undefined,
    otherPaths: otherPaths ?? undefined,
    reports: { mode: 'automatic', delayMs: reportDelayMs, reportsTo },
  };
}

/** What concerns several options. */
const fitting = v.rawCheck<v.InferOutput<typeof optionsSchema>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const { dialects: all, ports, onePort } = dataset.value;
  if (onePort && all.length > 1) addIssue({ message: 'onePort: only one dialect can share the port; leave it out' });
  const names = all.map(({ vendor }) => vendor);
  for (const name of Object.keys(ports)) {
    if (!names.includes(name))
      addIssue({ message: `ports.${name}: there is no such vendor here; use ${names.join(', ')}` });
  }
});

function isDialect(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'vendor' in value &&
    typeof value.vendor === 'string' &&
    /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/u.test(value.vendor) &&
    'open' in value &&
    typeof value.open === 'function'
  );
}

function isClock(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'now' in value &&
    typeof value.now === 'function'
  );
}
