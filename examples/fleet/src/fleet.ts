import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '@polysms/simulator';
import { type Balancer, startBalancer } from './balancer.js';
import { startFleetBox } from './box.js';
import { type FleetTimes, usualTimes, writeSettings } from './settings.js';

export interface FleetOptions {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix?: string | undefined;
  readonly webProcesses?: number | undefined;
  readonly workerProcesses?: number | undefined;
  readonly times?: FleetTimes | undefined;
  /** Of the faults in the box. */
  readonly seed?: number | undefined;
}

/** Processes that are started again when they end, behind one address. */
export interface Fleet extends AsyncDisposable {
  readonly url: string;
  readonly box: Simulator;
  readonly pids: readonly number[];
  /** Kills a process, the web processes counted first. */
  kill(index: number): void;
}

type Kind = 'web' | 'worker';

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { postgresUrl, redisUrl, redisPrefix = 'fleet', times = usualTimes } = options;
  const { webProcesses = 2, workerProcesses = 3 } = options;
  const balancer = await startBalancer();
  const publicUrl = `${balancer.url}/sms`;
  const box = await startFleetBox(publicUrl, options.seed);
  const vendors = { twilio: box.urlOf('twilio'), aliyun: box.urlOf('aliyun') };
  const env = writeSettings({ postgresUrl, redisUrl, redisPrefix, publicUrl, vendors, times });
  const keep = (kind: Kind) => new KeptProcess(kind, env, balancer);
  // The first worker makes the tables.
  const first = keep('worker');
  const web: KeptProcess[] = [];
  const workers = [first];
  const all = () => [...web, ...workers];
  const end = async () => {
    await Promise.all(all().map((each) => each.end()));
    await box.close();
    await balancer[Symbol.asyncDispose]();
  };
  try {
    await first.ready;
    for (let count = 0; count < webProcesses; count += 1) web.push(keep('web'));
    while (workers.length < workerProcesses) workers.push(keep('worker'));
    await Promise.all(all().map((each) => each.ready));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    url: balancer.url,
    box,
    get pids() {
      return all().map(({ pid }) => pid);
    },
    kill: (index) => all()[index]?.kill(),
    [Symbol.asyncDispose]: end,
  };
}

/** A process that is started again when it ends. */
class KeptProcess {
  /** Settles when it runs for the first time; rejects if it cannot. */
  readonly ready: Promise<void>;
  readonly #over: Promise<void>;
  #child: ChildProcess | undefined;
  #isEnding = false;

  constructor(kind: Kind, env: Readonly<Record<string, string>>, balancer: Balancer) {
    let isReady: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    this.#over = this.#keep(kind, env, balancer, isReady);
    this.ready = Promise.race([ready, this.#over]);
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#child?.kill('SIGTERM');
    await this.#over.catch(() => undefined);
  }

  async #keep(kind: Kind, env: Readonly<Record<string, string>>, balancer: Balancer, isReady: () => void) {
    let hasEverBegun = false;
    while (!this.#isEnding) {
      const child = fork(fileURLToPath(new URL(`../dist/${kind}.js`, import.meta.url)), {
        env: { ...process.env, ...env },
        execArgv: [],
      });
      this.#child = child;
      let port: number | undefined;
      let hasBegun = false;
      child.once('message', (said: { readonly port: number } | 'ready') => {
        hasBegun = true;
        hasEverBegun = true;
        if (said !== 'ready') {
          port = said.port;
          balancer.add(port);
        }
        isReady();
      });
      const [code] = await once(child, 'exit');
      if (port !== undefined) balancer.remove(port);
      if (hasBegun || code === null || this.#isEnding) continue;
      if (!hasEverBegun) throw new Error(`A ${kind} process cannot start.`);
      // PostgreSQL or Redis is away.
      await delay(1_000);
    }
  }
}
