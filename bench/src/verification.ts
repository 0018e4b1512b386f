// What a verification costs: start and check of a code of ours, in memory and over Redis. In memory the cost of the
// send itself is measured beside it and taken off, and a request of bare undici is the measure; over Redis it is the
// same scripts, called bare.
// Rounds in turns (A B C C B A …). `node bench/dist/verification.js [verifications] [rounds]`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createSmsClient, type GuardOptions, type Limit, type SmsClientOptions } from '@polysms/core';
import { accepted, type SmsProvider } from '@polysms/core/provider-kit';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { findRedis } from 'test-redis';
import { inFlight } from './in-flight.js';
import { medianOf, show } from './statistics.js';
import { bareUndici } from './variants.js';

const verifications = Number(process.argv[2] ?? 2_000);
const rounds = Number(process.argv[3] ?? 20);
const width = 50;
const pepper = 'a pepper for benchmarks, 32 characters';

/** The default limits, with so many units that none is ever used up. */
const lax = (...windows: readonly number[]): readonly Limit[] => windows.map((windowMs) => ({ max: 1e9, windowMs }));
const hourMs = 3_600_000;
const guard: GuardOptions = {
  limits: {
    global: lax(hourMs),
    prefix: lax(hourMs),
    ip: lax(24 * hourMs, hourMs),
    phone: lax(24 * hourMs, hourMs, 60_000),
  },
  alarm: false,
};

interface Variant {
  readonly name: string;
  run(index: number): Promise<unknown>;
  /** Called before each round. */
  prepare?(): void | Promise<void>;
}

interface Sample {
  readonly cpu: number;
  readonly rate: number;
}

let run = 0;
const to = (index: number) => `+86138${String((run * 7919 + index) % 100_000_000).padStart(8, '0')}`;

/** Hands the last text to each phone to whoever asks for it. */
class Phones {
  readonly #texts = new Map<string, string>();
  readonly provider: SmsProvider = {
    specification: 'v1',
    id: 'memory',
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    send: async (message) => {
      if (message.kind === 'text') this.#texts.set(message.to.e164, message.text);
      return accepted();
    },
    close: async () => {},
  };

  codeOf(phone: string): string {
    return /\d{6}/.exec(this.#texts.get(phone) ?? '')?.[0] ?? '';
  }

  clear(): void {
    this.#texts.clear();
  }
}

interface Verifying extends Variant {
  close(): Promise<void>;
}

/** A client for each round, so that none has to remember all of them. */
function verifying(name: string, options: Omit<SmsClientOptions, 'providers'>): Verifying {
  const phones = new Phones();
  const make = () => createSmsClient({ ...options, providers: [phones.provider] });
  let sms = make();
  return {
    name,
    async prepare() {
      await sms.close();
      phones.clear();
      sms = make();
    },
    async run(index) {
      const phone = to(index);
      const { id } = await sms.verifications.start({ to: phone, ip: '192.0.2.1' });
      const { outcome } = await sms.verifications.check({ id, code: phones.codeOf(phone) });
      if (outcome !== 'approved') throw new Error(`A right code was ${outcome}.`);
    },
    close: () => sms.close(),
  };
}

async function measure(variant: Variant): Promise<Sample> {
  run += 1;
  await variant.prepare?.();
  const before = process.cpuUsage();
  const started = performance.now();
  await inFlight(verifications, width, (index) => variant.run(index));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / verifications, rate: verifications / seconds };
}

async function inTurns(variants: readonly Variant[]): Promise<ReadonlyMap<Variant, Sample[]>> {
  for (let round = 0; round < 3; round += 1) for (const variant of variants) await measure(variant);
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      samples.get(variant)?.push(await measure(variant));
    }
  }
  return samples;
}

async function inMemory(): Promise<void> {
  const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
  const [port] = await once(server, 'message');
  const http = bareUndici(`http://127.0.0.1:${port}`);
  const request: Variant = { name: 'a request of bare undici', run: (index) => http.send(index) };
  const phones = new Phones();
  const sender = createSmsClient({ providers: [phones.provider] });
  const send: Variant = {
    name: 'the send alone',
    run: (index) => sender.send({ to: to(index), text: 'Your verification code is 123456.' }),
  };
  const plain = verifying('start and check', { guard: false });
  const guarded = verifying('with the abuse guard', { guard });
  const samples = await inTurns([request, send, plain, guarded]);
  const bareRequest = samples.get(request) ?? [];
  const base = samples.get(send) ?? [];
  const withoutSend = (each: readonly Sample[]) => each.map(({ cpu }, round) => cpu - (base[round]?.cpu ?? 0));
  console.log(
    `\nIn memory, ${rounds} rounds of ${verifications}, ${width} in flight; CPU µs, median [95 % confidence]`,
  );
  console.table(
    Object.fromEntries(
      [...samples].map(([variant, each]) => [
        variant.name,
        {
          'CPU µs': show(medianOf(each.map(({ cpu }) => cpu)), 1),
          'without the send': variant === request ? '' : show(medianOf(withoutSend(each)), 1),
          'of bare undici':
            variant === request
              ? ''
              : show(medianOf(withoutSend(each).map((cpu, round) => cpu / (bareRequest[round]?.cpu ?? 0))), 2),
        },
      ]),
    ),
  );
  await Promise.all([sender, plain, guarded, http].map((each) => each.close()));
  server.disconnect();
}

type Command = readonly [sha1: string, numberOfKeys: number, ...rest: string[]];

/** The same scripts with the same arguments as one verification needs, but for the names of its keys. */
async function bare(
  name: string,
  what: string,
  client: Redis,
  options: Omit<SmsClientOptions, 'providers'>,
): Promise<Variant> {
  const commands: Command[] = [];
  const recorder = {
    evalsha: (...command: [string, number, ...string[]]) => {
      commands.push(command);
      return client.evalsha(...command);
    },
    eval: (...command: [string, number, ...string[]]) => client.eval(...command),
  };
  const recorded = verifying('', { ...options, stores: redisStores({ client: recorder, prefix: 'bench-bare' }) });
  await recorded.run(0);
  commands.length = 0;
  await recorded.run(1);
  await recorded.close();
  console.log(`\nOver Redis, ${what}: ${commands.length} round trips for start and check`);
  const [open] = commands.filter(([, , key]) => key?.includes(':verification:'));
  const subject = /\{(.+)\}/.exec(open?.[2] ?? '')?.[1] ?? '';
  let scripts: readonly Command[][] = [];
  return {
    name,
    prepare() {
      scripts = Array.from({ length: verifications }, (_, index) => {
        const own = `${subject.slice(0, 10)}${String(run % 10_000).padStart(4, '0')}${String(index).padStart(8, '0')}`;
        return commands.map(([sha1, keys, ...rest]) => {
          const args = rest.map((each) => each.replaceAll(subject, own));
          // A token that comes again takes nothing. It follows the keys and the time.
          if (args[0]?.includes(':limit:')) args[keys + 1] = `${run}-${index}`;
          return [sha1, keys, ...args];
        }) as unknown as Command[];
      });
    },
    async run(index) {
      for (const command of scripts[index] ?? []) await client.evalsha(...command);
    },
  };
}

async function overRedis(client: Redis, name: string, options: Omit<SmsClientOptions, 'providers'>): Promise<void> {
  const measured = await bare('the same scripts, bare', name, client, options);
  const polysms = verifying('start and check', { ...options, stores: redisStores({ client, prefix: 'bench' }) });
  const samples = await inTurns([measured, polysms]);
  const base = samples.get(measured) ?? [];
  console.log(
    `\nOver Redis, ${name}, ${rounds} rounds of ${verifications}, ${width} in flight; median [95 % confidence]`,
  );
  console.table(
    Object.fromEntries(
      [...samples].map(([variant, each]) => [
        variant.name,
        {
          'verifications a second': show(medianOf(each.map(({ rate }) => rate)), 0),
          'of bare': show(medianOf(each.map(({ rate }, round) => rate / (base[round]?.rate ?? 0))), 3),
          'CPU µs': show(medianOf(each.map(({ cpu }) => cpu)), 1),
        },
      ]),
    ),
  );
  await polysms.close();
}

await inMemory();
const url = await findRedis();
if (url === undefined) console.log('\nNo Redis: set REDIS_URL, or install a redis-server, for the second part.');
else {
  const client = new Redis(url);
  await overRedis(client, 'without the guard', { guard: false, verification: { pepper } });
  await overRedis(client, 'with the guard', { guard, verification: { pepper } });
  for await (const keys of client.scanStream({ match: 'bench*' })) if (keys.length > 0) await client.del(...keys);
  client.disconnect();
}
