import { errorPolicy, type SmsErrorCode } from '../errors/error-codes.js';
import { type Attempt, isSmsError } from '../errors/sms-error.js';
import type { SeenCall } from './never-twice-provider.test.fixture.js';
import { type Call, endedByItself, type Run } from './never-twice-run.test.fixture.js';

/** How long a provider that does not settle may hold a call beyond its end. */
const graceMs = 25;
const lateMs = 50;

/** What a run did that a client may never do; empty if it did well. */
export function violations(run: Run): readonly string[] {
  const found: string[] = [];
  for (const call of run.calls) {
    const name = `${call.message} begun at ${call.startedAt}`;
    const say = (what: string) => found.push(`${name}: ${what}`);
    judgeCall(call, run, say);
    if (call.leader !== undefined) judgeFollower(call, call.leader, say);
    if (call.plan !== undefined) judgeAttempts(call, call.plan.order, run, say);
  }
  judgeRun(run, (what) => found.push(what));
  return found;
}

type Say = (what: string) => void;

const attemptsOf = ({ receipt, error }: Call): readonly Attempt[] => receipt?.attempts ?? error?.attempts ?? [];

function judgeCall(call: Call, { ledger, scenario }: Run, say: Say): void {
  const { receipt, error, settledAt, onUnknown } = call;
  if (settledAt === undefined) {
    say('never settled');
    return;
  }
  if (settledAt > call.endsAt + lateMs) say(`settled at ${settledAt}, ${settledAt - call.endsAt} ms after its end`);
  if (receipt === undefined && !isSmsError(error)) {
    say(`rejected with something else: ${String(error)}`);
    return;
  }

  const arrivals = ledger.arrivalsOf(call.message);
  const allowed = onUnknown === 'stop' ? 1 : scenario.maxAttempts;
  if (arrivals.length > allowed) say(`arrived ${arrivals.length} times, by ${arrivals.map((each) => each.reference)}`);
  if (receipt !== undefined && !arrivals.some((each) => each.reference === receipt.reference)) {
    say(`is accepted as ${receipt.reference}, which no phone received`);
  }
  if (receipt !== undefined && receipt.provider !== receipt.reference?.split('-')[0]) {
    say(`names ${receipt.provider} for ${receipt.reference}`);
  }
  // Another call with the key may have sent it all the same.
  if (error !== undefined && error.outcome !== 'unknown' && call.key === undefined && arrivals.length > 0) {
    say(`is said to be ${error.outcome}, and arrived`);
  }
  if (attemptsOf(call).length > scenario.maxAttempts) say(`took ${attemptsOf(call).length} attempts`);
  if (
    call.afterClose &&
    !(error?.code === 'client_closed' && error.outcome === 'not-sent' && attemptsOf(call).length === 0)
  ) {
    say('was not refused by a closed client');
  }
}

/** A call that another one with its key answers gets that one's result, unless its own end comes first. */
function judgeFollower({ receipt, error, settledAt, endsAt }: Call, leader: Call, say: Say): void {
  if (settledAt === undefined || settledAt >= endsAt || endedByItself(leader.error)) return;
  if (receipt?.reference !== leader.receipt?.reference || error?.code !== leader.error?.code) {
    say(`got ${receipt?.reference ?? error?.code} for ${leader.receipt?.reference ?? leader.error?.code}`);
  }
}

function judgeAttempts(call: Call, plan: readonly string[], run: Run, say: Say): void {
  const attempts = attemptsOf(call);
  const providers = attempts.map(({ provider }) => provider);
  if (providers.join() !== plan.slice(0, providers.length).join()) say(`tried ${providers}, planned ${plan}`);
  if (attempts.length === 0 && call.endsAt <= call.startedAt) return;
  if (attempts.length === 0) {
    if (plan.length > 0 || call.error?.code !== 'unsupported_message') say('tried nobody');
    return;
  }
  judgeError(call, attempts, say);
  judgeEnd(call, attempts, plan, run, say);
  if (call.key !== undefined) return;
  const seen = run.ledger.callsFor(call.message);
  const made = attempts.filter(({ code }) => code !== 'circuit_open');
  if (seen.map(({ provider }) => provider).join() !== made.map(({ provider }) => provider).join()) {
    say(`reached ${seen.map(({ provider }) => provider)}, and tells of ${made.map(({ provider }) => provider)}`);
  }
  for (const [index, attempt] of made.entries()) judgeAttempt(attempt, seen[index], call, say);
  for (const each of seen) judgeShare(each, call, plan, run, say);
}

/** While others could still be tried, an attempt has its share; otherwise all that is left. */
function judgeShare(seen: SeenCall, call: Call, plan: readonly string[], { scenario }: Run, say: Say): void {
  const { provider, writeBy, endsAt, startedAt, passable } = seen;
  const later = plan.slice(plan.indexOf(provider) + 1, scenario.maxAttempts);
  const mayFollow = (id: string) => passable.includes(id) || (call.plan?.probes === true && seen.open.includes(id));
  const others = later.filter(mayFollow).length;
  const about = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  if (writeBy === undefined) {
    if (!about(endsAt, call.deadlineAt)) say(`${provider} was the last, and had until ${endsAt}`);
    // A budget that is used up leaves nobody else to try.
    if (others > 0 && scenario.retryBudget.burst >= 1000) say(`${provider} left ${others} others without a turn`);
    return;
  }
  const left = call.deadlineAt - startedAt;
  // Deadlines of the model are shorter than two seconds: half of what is left, since a second would be more.
  const byHand = scenario.attemptTimeoutMs ?? left;
  const share = byHand < left ? byHand : left / 2;
  if (others === 0) say(`${provider} had a share although nobody came after it`);
  if (!about(writeBy, startedAt + share))
    say(`${provider} could write until ${writeBy}, its share of ${left} is ${share}`);
  const end = call.onUnknown === 'failover' ? writeBy : call.deadlineAt;
  if (!about(endsAt, end)) say(`${provider} could answer until ${endsAt} instead of ${end}`);
}

/** What an attempt says must be what the provider said, if it said it in time. */
function judgeAttempt(attempt: Attempt, seen: SeenCall | undefined, call: Call, say: Say): void {
  if (seen === undefined) return;
  const overdueAt = Math.min(call.endsAt, seen.endsAt) + graceMs;
  // At that very moment either is right.
  if (Math.abs(seen.answeredAt - overdueAt) < 1) return;
  const expected = seen.answeredAt < overdueAt ? (seen.outcome ?? 'unknown') : 'unknown';
  if (attempt.outcome !== expected) say(`${attempt.provider} said ${expected}, told is ${attempt.outcome}`);
}

function judgeError({ receipt, error }: Call, attempts: readonly Attempt[], say: Say): void {
  const outcomes = attempts.map(({ outcome }) => outcome);
  if (receipt !== undefined && outcomes.indexOf('accepted') !== outcomes.length - 1) say(`accepted after ${outcomes}`);
  if (error === undefined) return;
  const worst = (['accepted', 'unknown', 'refused', 'not-sent'] as const).find((each) => outcomes.includes(each));
  if (error.outcome !== worst) say(`ended as ${error.outcome} after ${outcomes}`);
}

/** A call goes on while it may, and not a step further. */
function judgeEnd(call: Call, attempts: readonly Attempt[], plan: readonly string[], run: Run, say: Say): void {
  const { scenario } = run;
  for (const [index, { outcome, code }] of attempts.entries()) {
    if (outcome === 'accepted' || code === undefined) return;
    const forbidden =
      errorPolicy(code).failOver === 'never' ||
      (outcome === 'unknown' && call.onUnknown === 'stop') ||
      index + 1 >= Math.min(plan.length, scenario.maxAttempts);
    const last = index === attempts.length - 1;
    if (forbidden && !last) say(`went on after ${outcome}, ${code}`);
    const hadTime = call.settledAt !== undefined && call.settledAt < call.endsAt;
    const hadBudget = scenario.retryBudget.burst >= 1000 || code === 'circuit_open';
    if (!forbidden && last && hadTime && hadBudget) say(`gave up after ${outcome}, ${code}`);
  }
}

function judgeRun(run: Run, say: Say): void {
  const { calls, ledger, scenario, providers, probes } = run;
  for (const { id, closes } of providers) if (closes !== 1) say(`${id} was closed ${closes} times`);
  if (run.closedAt === undefined) say('close() never settled');
  for (const id of run.stuck) say(`the circuit of ${id} waits for a probe that nobody makes`);
  if (run.timersLeft > 0) say(`${run.timersLeft} timers are left`);

  for (const { provider, circuit, message } of ledger.calls) {
    if (circuit !== 'closed' && circuit !== 'probing')
      say(`${message} reached ${provider}, whose circuit was ${circuit}`);
  }
  for (const { id } of providers) {
    const probing = ledger.calls.filter(({ provider, circuit }) => provider === id && circuit === 'probing').length;
    const allowed = probes.filter(({ provider }) => provider === id).length;
    if (probing > allowed) say(`${id} got ${probing} calls as its ${allowed} probes`);
  }

  // With a slow store nobody outside can tell which calls of a key planned, and paid into the budget.
  if (scenario.store !== undefined || !run.turnsKnown) return;
  const planned = calls.filter(({ plan }) => plan !== undefined);
  // Further attempts that a failing provider cost: what succeeds or is the message's own fault costs nothing.
  const further = planned
    .flatMap((call) => attemptsOf(call).slice(1))
    .filter(({ code }) => code !== undefined && isOutage(code));
  for (const { id } of providers) {
    const early = probes.filter(({ provider, from }) => provider === id && from === 'open').length;
    const allowed = planned.filter(({ plan }) => plan?.probes === true && plan.order.includes(id)).length;
    if (early > allowed) say(`${id} was probed ${early} times while open, planned was ${allowed} times`);
  }
  const { ratio, burst } = scenario.retryBudget;
  const saved = ratio > 0 ? Math.max(burst, 1) : burst;
  // Attempts that overlap may each find the last of it.
  if (further.length > ratio * planned.length + saved + overlapping(planned) - 1 + 1e-9) {
    say(`${further.length} further attempts for ${planned.length} calls`);
  }
}

function isOutage(code: SmsErrorCode): boolean {
  return errorPolicy(code).chargesRetryBudget;
}

/** The most calls that were under way at the same time; at least 1. */
function overlapping(calls: readonly Call[]): number {
  const at = (moment: number) =>
    calls.filter(({ startedAt, settledAt }) => startedAt <= moment && moment <= (settledAt ?? moment)).length;
  return Math.max(1, ...calls.map(({ startedAt }) => at(startedAt)));
}
