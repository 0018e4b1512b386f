/** What each process of the fleet is told, as JSON in the environment. */
export interface FleetSettings {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** What each key in Redis begins with. */
  readonly redisPrefix: string;
  /** Where vendors report to: the web processes, by their load balancer. */
  readonly publicUrl: string;
  readonly vendors: { readonly twilio: string; readonly aliyun: string };
  readonly times: FleetTimes;
}

/** How long things take, in milliseconds. */
export interface FleetTimes {
  /** For one call of `send()`. */
  readonly deadlineMs: number;
  /** When the jobs of a worker that has died are taken over: longer than a call takes. */
  readonly takeOverAfterMs: number;
  /** How long a text of an order may stay unknown before it is sent again. */
  readonly resolveForMs: number;
  /** How often somebody looks for such texts. */
  readonly lookEveryMs: number;
}

export const usualTimes: FleetTimes = {
  deadlineMs: 10_000,
  takeOverAfterMs: 30_000,
  resolveForMs: 10 * 60_000,
  lookEveryMs: 10_000,
};

const name = 'FLEET_SETTINGS';

export function writeSettings(settings: FleetSettings): Readonly<Record<string, string>> {
  return { [name]: JSON.stringify(settings) };
}

export function readSettings(): FleetSettings {
  return JSON.parse(process.env[name] ?? '{}') as FleetSettings;
}
