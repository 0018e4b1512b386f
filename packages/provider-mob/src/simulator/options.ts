import { parseOptions } from '@polysms/core/provider-kit';
import type { SimulatorOptions } from '@polysms/simulator';
import * as v from 'valibot';
import type { MobSimulatorSettings } from './settings.js';
import { objectOf, type Settings, settingsEntries } from './settings-schema.js';

/** What {@link startMobSimulator} takes. Everything has a default. */
export interface MobSimulatorOptions
  extends MobSimulatorSettings,
    Pick<SimulatorOptions, 'port' | 'host' | 'allowedHosts' | 'tls' | 'clock' | 'seed'> {}

/** Options apart: Mob's own, checked, and those of the kit, which checks them itself. */
export interface ParsedOptions {
  readonly listening: Pick<SimulatorOptions, 'port' | 'host' | 'allowedHosts' | 'tls' | 'clock' | 'seed'>;
  readonly settings: Settings;
}

const unchecked = v.optional(v.unknown());

const optionsSchema = v.strictObject(
  {
    ...settingsEntries,
    port: unchecked,
    host: unchecked,
    allowedHosts: unchecked,
    tls: unchecked,
    clock: unchecked,
    seed: unchecked,
  },
  objectOf('the options of the simulator'),
);

/** @throws SmsError `configuration_invalid` naming every wrong setting */
export function parseSimulatorOptions(options: MobSimulatorOptions): ParsedOptions {
  const parsed = parseOptions('startMobSimulator()', optionsSchema, options);
  const { port: _, host: _host, allowedHosts: _hosts, tls: _tls, clock: _clock, seed: _seed, ...settings } = parsed;
  const { port, host, allowedHosts, tls, clock, seed } = options;
  return { listening: { port, host, allowedHosts, tls, clock, seed }, settings };
}
