// A send of this build beside that of another one, in one run and in turns: in memory, where only the client's own
// work is left, and over undici. `node bench/dist/beside.js ../path/to/another/checkout [sends] [rounds]`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as core from '@polysms/core';
import type { SmsProvider } from '@polysms/core/provider-kit';
import type * as providerMob from '@polysms/provider-mob';
import { medianOf, show } from './statistics.js';

const other = process.argv[2];
if (other === undefined) throw new Error('Name the folder of another checkout, built.');
const sends = Number(process.argv[3] ?? 4_000);
const rounds = Number(process.argv[4] ?? 20);

interface Build {
  readonly core: typeof core;
  readonly mob: typeof providerMob;
}

async function buildAt(folder: string): Promise<Build> {
  const packageAt = (name: string) => pathToFileURL(resolve(folder, 'packages', name, 'dist/index.js')).href;
  return { core: await import(packageAt('core')), mob: await import(packageAt('provider-mob')) };
}

const here = fileURLToPath(new URL('../..', import.meta.url));
const builds = { other: await buildAt(other), this: await buildAt(here) };
const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = (await once(server, 'message')) as [number];
const baseUrl = `http://127.0.0.1:${port}`;

/** One that can be asked later has its messages recorded. */
const lookup: SmsProvider['lookup'] = {
  visibleAfterMs: 60_000,
  absenceProves: false,
  find: async () => ({ outcome: 'inconclusive' }),
};

function inMemory(id: string, isAskable = false): SmsProvider {
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: true, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: isAskable ? lookup : null,
    send: async () => ({ outcome: 'accepted' }),
    close: async () => {},
  };
}

type Way = (build: Build) => { send(index: number): Promise<unknown>; close(): Promise<void> };

function way(provider: (build: Build, id: string) => SmsProvider, isKeyed: boolean): Way {
  return (build) => {
    const providers = { a: { template: '2901' }, b: { template: '2901' } };
    const sms = build.core.createSmsClient({
      providers: [provider(build, 'a'), provider(build, 'b')],
      templates: { shipped: { params: ['order'], providers } },
    });
    let key = 0;
    return {
      send(index) {
        const to = `+86138${String(index % 1000).padStart(8, '0')}`;
        key += 1;
        const idempotency = isKeyed ? { idempotencyKey: `order-${key}` } : {};
        return sms.send({ to, template: 'shipped', params: { order: '42' }, ...idempotency });
      },
      close: () => sms.close(),
    };
  };
}

const overUndici = (build: Build, id: string) => build.mob.mob({ appKey: 'bench', baseUrl, id, connections: 256 });

const ways: Readonly<Record<string, Way>> = {
  'in memory': way((_, id) => inMemory(id), false),
  'in memory, recorded': way((_, id) => inMemory(id, true), false),
  'in memory, with a key': way((_, id) => inMemory(id), true),
  'over undici, 50 in flight': way(overUndici, false),
  'over undici, with a key': way(overUndici, true),
};

/** CPU time of this process for one send, in microseconds. */
async function cpuOf(send: (index: number) => Promise<unknown>, count: number): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < count) await send(next++);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: 50 }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

for (const [name, make] of Object.entries(ways)) {
  const count = name.startsWith('in memory') ? sends * 10 : sends;
  const made = { other: make(builds.other), this: make(builds.this) };
  for (const each of Object.values(made)) await cpuOf(each.send, count);
  const samples: Record<keyof typeof made, number[]> = { other: [], this: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = ['other', 'this'] as const;
    for (const each of round % 2 === 0 ? order : order.toReversed())
      samples[each].push(await cpuOf(made[each].send, count));
  }
  const ratio = medianOf(samples.this.map((value, round) => value / (samples.other[round] ?? Number.NaN)));
  console.log(
    `${name.padEnd(28)} other ${show(medianOf(samples.other), 2)} µs, this ${show(medianOf(samples.this), 2)} µs, ratio ${show(ratio, 3)}`,
  );
  await Promise.all(Object.values(made).map((each) => each.close()));
}
server.disconnect();
