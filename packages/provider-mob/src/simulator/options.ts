import { parseOptions } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { plainHost } from './allowed-hosts.js';
import type { MobSimulatorSettings } from './settings.js';
import { objectOf, type Settings, settingsEntries } from './settings-schema.js';

/** What {@link startMobSimulator} takes. Everything has a default. */
export interface MobSimulatorOptions extends MobSimulatorSettings {
  /** Default 0: a free port. */
  readonly port?: number | undefined;
  /** The address to listen on. Default `127.0.0.1`, which other machines cannot reach. */
  readonly host?: string | undefined;
  /**
   * Further names and addresses by which the control endpoints may be called, such as the name of a container, without
   * a port. A request with another Host is refused there, so that no web page reads codes. Default: none; loopback
   * names, `host` and the address at which a call comes in are always allowed.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** HTTPS: `true` with a certificate made for the occasion (needs the package `selfsigned`), or with yours, in PEM. */
  readonly tls?: boolean | TlsCertificate | undefined;
  /** Where times come from, in milliseconds since 1970. Default: the system's. Delays and timeouts stay in real time. */
  readonly clock?: SimulatorClock | undefined;
  /** A whole number from which all codes follow. Default: codes that cannot be foretold. */
  readonly seed?: number | undefined;
}

/** A private key and its certificate, in PEM. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A clock. `Date` is one. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** Options with every default filled in, apart. */
export interface ParsedOptions {
  readonly port: number;
  readonly host: string;
  /** As they are compared. */
  readonly allowedHosts: readonly string[];
  readonly tls: boolean | TlsCertificate;
  readonly clock: SimulatorClock;
  readonly seed: number | undefined;
  readonly settings: Settings;
}

const portExpected = 'must be a port number from 0 to 65535';
const hostExpected = 'must be a host name or an IP address, without scheme and port';
const pem = v.pipe(v.string('must be a string in PEM'), v.includes('-----BEGIN ', 'must be in PEM'));

const optionsSchema = v.strictObject(
  {
    ...settingsEntries,
    port: v.nullish(
      v.pipe(
        v.number(portExpected),
        v.integer(portExpected),
        v.minValue(0, portExpected),
        v.maxValue(65_535, portExpected),
      ),
      0,
    ),
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
  },
  objectOf('the options of the simulator'),
);

/** @throws SmsError `configuration_invalid` naming every wrong option */
export function parseSimulatorOptions(options: unknown): ParsedOptions {
  const { port, host, allowedHosts, tls, clock, seed, ...settings } = parseOptions(
    'startMobSimulator()',
    optionsSchema,
    options,
  );
  return { port, host, allowedHosts, tls, clock, seed: seed ?? undefined, settings };
}

function isClock(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'now' in value &&
    typeof value.now === 'function'
  );
}
