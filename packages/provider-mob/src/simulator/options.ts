import { parseOptions } from '@polysms/core/provider-kit';
import { listeningEntries, objectOf, type SimulatorOptions } from '@polysms/simulator';
import * as v from 'valibot';
import type { MobSimulatorSettings } from './settings.js';
import { type Settings, settingsEntries } from './settings-schema.js';

/** What {@link startMobSimulator} takes. Everything has a default. */
export interface MobSimulatorOptions
  extends MobSimulatorSettings,
    Pick<SimulatorOptions, 'port' | 'host' | 'allowedHosts' | 'tls' | 'clock' | 'seed'> {}

/** Options apart: Mob's own with their defaults, and those of the kit, which fills its own in. */
export interface ParsedOptions {
  readonly listening: Pick<SimulatorOptions, 'port' | 'host' | 'allowedHosts' | 'tls' | 'clock' | 'seed'>;
  readonly settings: Settings;
}

const optionsSchema = v.strictObject(
  { ...settingsEntries, ...listeningEntries },
  objectOf('the options of the simulator'),
);

/** @throws SmsError `configuration_invalid` naming every wrong option */
export function parseSimulatorOptions(options: MobSimulatorOptions): ParsedOptions {
  const parsed = parseOptions('startMobSimulator()', optionsSchema, options);
  const { port: _, host: _host, allowedHosts: _hosts, tls: _tls, clock: _clock, seed: _seed, ...settings } = parsed;
  const { port, host, allowedHosts, tls, clock, seed } = options;
  return { listening: { port, host, allowedHosts, tls, clock, seed }, settings };
}
