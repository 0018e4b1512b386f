// What it costs that the first provider's circuit is open: CPU time of a send that goes to the second provider at once,
// against a send to a first provider that is well. Nothing but memory behind both, and rounds in turns (A B B A …).
// `node bench/dist/open-circuit.js [sends] [rounds]`
import { createSmsClient, type SmsClient } from '@polysms/core';
import { inFlight } from './in-flight.js';
import { dead, healthy } from './memory-provider.js';
import { type Median, medianOf, show } from './statistics.js';

const sends = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 40);
const mostMicroseconds = 20;
const dayMs = 86_400_000;

const message = (index: number) => ({ to: `+86138${String(index % 1000).padStart(8, '0')}`, text: 'hello' });

async function measure(client: SmsClient): Promise<number> {
  const before = process.cpuUsage();
  await inFlight(sends, 50, (index) => client.send(message(index)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / sends;
}

const deadFirst = dead('first');
// Open for a day: a probe would be a call, and its price another question.
const breaker = { openMs: dayMs, maxOpenMs: dayMs };
const open = createSmsClient({ providers: [deadFirst, healthy('second')], breaker });
const closed = createSmsClient({ providers: [healthy('first'), healthy('second')], breaker });

await inFlight(100, 1, (index) => open.send(message(index)));
if (open.health()['first']?.circuit !== 'open') throw new Error('The circuit of the dead provider did not open.');
const callsBefore = deadFirst.calls;

for (let round = 0; round < 4; round += 1) for (const client of [closed, open]) await measure(client);
const samples: { readonly closed: number; readonly open: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  if (round % 2 === 0) {
    const before = await measure(closed);
    samples.push({ closed: before, open: await measure(open) });
  } else {
    const before = await measure(open);
    samples.push({ closed: await measure(closed), open: before });
  }
}
if (deadFirst.calls !== callsBefore) throw new Error('The dead provider was called although its circuit was open.');

const extra: Median = medianOf(samples.map((sample) => sample.open - sample.closed));
console.log(`${rounds} rounds of ${sends} sends each, 50 in flight; CPU µs a send, median [95 % confidence]`);
console.table({
  'first provider well': show(medianOf(samples.map((sample) => sample.closed)), 2),
  'its circuit open': show(medianOf(samples.map((sample) => sample.open)), 2),
  extra: show(extra, 2),
  'at most': String(mostMicroseconds),
});
await Promise.all([open.close(), closed.close()]);
if (!(extra.high < mostMicroseconds)) process.exitCode = 1;
