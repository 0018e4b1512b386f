import { describe, expect, it } from 'vitest';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import type { VerificationStore } from '../verification/verification-store.js';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, phone, verifier, wrong } from './verifications.test.fixture.js';

const [one, other] = ['a'.repeat(32), 'b'.repeat(32)] as const;
const maxFailures = 6;

/** Two deployments that know both peppers, over one store: each makes codes under another one. */
function rotating(around: Parameters<typeof intercepted>[1] = (_, next) => next(), makes = () => fake('text')) {
  const clock = { ms: 0 };
  const store: VerificationStore = intercepted(new MemoryVerificationStore({ now: () => clock.ms }), around);
  const deployed = (current: string, previous: string) => {
    const provider = makes();
    const verification = { pepper: { current, previous }, maxFailures };
    const { sms } = verifier([provider], { stores: { verification: store }, verification });
    const { verifications } = sms;
    return {
      provider,
      start: () => verifications.start({ to: phone }),
      check: (check: Parameters<typeof verifications.check>[0]) => verifications.check(check),
      status: (id: string) => verifications.status(id),
      cancel: (id: string) => verifications.cancel(id),
    };
  };
  return { clock, store, before: deployed(one, other), after: deployed(other, one) };
}

type Under = ReturnType<typeof rotating>;

/** A code of each deployment, for one phone. */
async function bothCodes({ before, after }: Under) {
  const first = { id: (await before.start()).id, code: lastCode(before.provider) };
  const second = { id: (await after.start()).id, code: lastCode(after.provider) };
  return [first, second] as const;
}

const ways = ['by id', 'by phone'].flatMap((how) => ['the older', 'the newer'].map((which) => [which, how] as const));
const target = (how: string, id: string) => (how === 'by id' ? { id } : { to: phone });

describe.each(ways)('while a pepper is replaced, an approval of %s code %s', (which, how) => {
  const pick = <Item>([first, second]: readonly [Item, Item]) =>
    which === 'the older' ? ([first, second] as const) : ([second, first] as const);

  it.each(['before', 'after'] as const)('ends those under the other pepper: deployment %s', async (name) => {
    const under = rotating();
    const [right, ended] = pick(await bothCodes(under));
    const { check, status, cancel } = under[name];
    expect(await check({ ...target(how, right.id), code: right.code })).toMatchObject({ outcome: 'approved' });
    for (const again of [target(how, ended.id), { id: ended.id }, { to: phone }]) {
      expect(await check({ ...again, code: ended.code })).toEqual({ outcome: 'not-found' });
    }
    expect(await status(ended.id)).toEqual({ state: 'canceled' });
    expect(await cancel(ended.id)).toEqual({ outcome: 'not-found' });
  });

  it('forgets the failures under both', async () => {
    const under = rotating();
    const codes = await bothCodes(under);
    for (const { id, code } of [...codes, ...codes]) await under.after.check({ id, code: wrong(code) });
    const [right] = pick(codes);
    await under.after.check({ ...target(how, right.id), code: right.code });
    for (const { id } of await bothCodes(under)) {
      expect(await under.before.status(id)).toMatchObject({ checksLeft: 5 });
    }
  });

  it('is none if the store cannot end those under the other pepper: the code is used up', async () => {
    const under = rotating(async (operation, next) => {
      if (operation === 'end') throw new RangeError('canary');
      return next();
    });
    const [right] = pick(await bothCodes(under));
    const order = { ...target(how, right.id), code: right.code };
    const error = await failureOf(under.after.check(order));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(error.message).toContain('used up');
    expect((await under.after.check(order)).outcome).not.toBe('approved');
  });
});

describe('while a pepper is replaced', () => {
  it('an approval by a provider ends codes of its kind and ours under the other pepper', async () => {
    const under = rotating(undefined, () => issuer('mob', { sends: { text: true, template: false, senderId: true } }));
    const first = await under.before.start();
    const second = await under.after.start();
    expect(await under.after.check({ id: first.id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
    for (const again of [{ id: second.id }, { to: phone }]) {
      expect(await under.after.check({ ...again, code: issuedCode })).toEqual({ outcome: 'not-found' });
    }
  });

  it('a provider that has judged a guess for one pepper is not asked for the other', async () => {
    const under = rotating(undefined, () => issuer('mob'));
    await under.before.start();
    await under.after.start();
    expect(await under.after.check({ to: phone, code: 'wrong' })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(under.after.provider).toMatchObject({ checked: [{ code: 'wrong' }] });
  });

  it('failures under one count for the other: by id, in a status, and at the next start', async () => {
    const under = rotating();
    const [older, newer] = await bothCodes(under);
    const guess = (id: string) => under.after.check({ id, code: 'wrong' });
    for (let left = 4; left > 1; left -= 1)
      expect(await guess(older.id)).toEqual({ outcome: 'incorrect', checksLeft: left });
    expect(await under.before.status(newer.id)).toMatchObject({ state: 'pending', checksLeft: 3 });
    for (let left = 2; left >= 0; left -= 1)
      expect(await guess(newer.id)).toEqual({ outcome: 'incorrect', checksLeft: left });
    for (const { id, code } of [older, newer]) {
      expect(await under.before.check({ id, code })).toEqual({ outcome: 'exhausted' });
      expect(await under.after.check({ to: phone, code })).toEqual({ outcome: 'exhausted' });
      expect(await under.after.status(id)).toEqual({ state: 'exhausted' });
    }
    for (const { start } of [under.before, under.after]) {
      expect(await failureOf(start())).toMatchObject({ code: 'verification_locked' });
    }
    under.clock.ms += 86_400_000;
    await under.after.start();
  });

  it('one guess by phone is one failure, and one check of each code', async () => {
    const under = rotating();
    const [older, newer] = await bothCodes(under);
    for (let left = 4; left > 1; left -= 1) {
      expect(await under.after.check({ to: phone, code: 'wrong' })).toEqual({ outcome: 'incorrect', checksLeft: left });
    }
    for (const { id } of [older, newer]) expect(await under.after.status(id)).toMatchObject({ checksLeft: 2 });
    // Six failures are allowed, and three were counted.
    const third = await under.after.start();
    expect(await under.after.status(third.id)).toMatchObject({ checksLeft: 3 });
  });

  it.each(ways)('a right code is approved at the last guess: %s code %s', async (which, how) => {
    const under = rotating();
    const codes = await bothCodes(under);
    const { id, code } = codes[which === 'the older' ? 0 : 1];
    for (let times = 1; times < maxFailures; times += 1) {
      await under.after.check({ id: codes[times % 2 === 0 ? 0 : 1].id, code: 'wrong' });
    }
    expect(await under.after.check({ ...target(how, id), code })).toMatchObject({ outcome: 'approved' });
  });

  it('a code is not approved if the failures under the other pepper have become too many meanwhile', async () => {
    let meanwhile = async () => {};
    const under = rotating(async (operation, next) => {
      if (operation === 'check') await meanwhile();
      return next();
    });
    const [older, newer] = await bothCodes(under);
    await under.after.check({ id: newer.id, code: 'wrong' });
    meanwhile = async () => {
      meanwhile = async () => {};
      for (let times = 0; times < 5; times += 1) await under.before.check({ id: older.id, code: 'wrong' });
    };
    expect(await under.after.check({ id: newer.id, code: newer.code })).toEqual({ outcome: 'exhausted' });
  });

  it('an approval by a process that knows one pepper ends codes that were asked for before it', async () => {
    const under = rotating();
    const text = fake('text');
    const { sms } = verifier([text], { stores: { verification: under.store }, verification: { pepper: one } });
    const { id } = await sms.verifications.start({ to: phone });
    const ended = { id: (await under.after.start()).id, code: lastCode(under.after.provider) };
    await sms.verifications.check({ id, code: lastCode(text) });
    expect(await under.after.status(ended.id)).toEqual({ state: 'canceled' });
    for (const again of [{ id: ended.id }, { to: phone }]) {
      expect(await under.after.check({ ...again, code: ended.code })).toEqual({ outcome: 'not-found' });
    }
    await under.after.start();
    expect(await under.after.check({ to: phone, code: lastCode(under.after.provider) })).toMatchObject({
      outcome: 'approved',
    });
  });

  it('ten codes of a phone may be live, under both together', async () => {
    const under = rotating();
    for (let codes = 0; codes < 5; codes += 1) await bothCodes(under);
    for (const { start } of [under.before, under.after]) {
      const error = await failureOf(start());
      expect(error).toMatchObject({ code: 'send_limit_exceeded', retryAfterMs: 300_000 });
    }
    under.clock.ms += 300_000;
    await under.after.start();
  });

  it('what has expired under one is expired, and does not hide a live code under the other', async () => {
    const under = rotating();
    const [older] = await bothCodes(under);
    under.clock.ms += 300_000;
    expect(await under.before.check({ id: older.id, code: older.code })).toEqual({ outcome: 'expired' });
    expect(await under.after.check({ to: phone, code: older.code })).toEqual({ outcome: 'expired' });
    const live = await under.before.start();
    expect(await under.after.check({ to: phone, code: lastCode(under.before.provider) })).toMatchObject({
      outcome: 'approved',
    });
    expect(await under.after.status(live.id)).toEqual({ state: 'approved' });
  });

  it('cancel ends one verification, whatever its pepper, and none besides', async () => {
    const under = rotating();
    const [older, newer] = await bothCodes(under);
    expect(await under.after.cancel(older.id)).toEqual({ outcome: 'canceled' });
    expect(await under.after.check({ to: phone, code: older.code })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(await under.before.check({ to: phone, code: newer.code })).toMatchObject({ outcome: 'approved' });
  });

  it('a code that was asked for after an approval is good', async () => {
    const under = rotating();
    const [older] = await bothCodes(under);
    await under.after.check({ id: older.id, code: older.code });
    const next = await bothCodes(under);
    expect(await under.before.check({ id: next[1].id, code: next[1].code })).toMatchObject({ outcome: 'approved' });
  });

  it('the right code may be submitted twice at once: it is approved once', async () => {
    for (const pick of [0, 1] as const) {
      for (const how of ['by id', 'by phone']) {
        const under = rotating();
        const { id, code } = (await bothCodes(under))[pick];
        const check = () => under.after.check({ ...target(how, id), code });
        const outcomes = (await Promise.all([check(), check()])).map(({ outcome }) => outcome);
        expect(outcomes.toSorted()).toEqual(['approved', 'not-found']);
      }
    }
  });

  it('two codes, one under each pepper, may be submitted at once: one is approved', async () => {
    for (const names of [
      ['before', 'after'],
      ['after', 'before'],
      ['after', 'after'],
    ] as const) {
      const under = rotating();
      const codes = await bothCodes(under);
      const checks = codes.map(({ id, code }, index) => under[names[index] ?? 'after'].check({ id, code }));
      const outcomes = (await Promise.all(checks)).map(({ outcome }) => outcome);
      expect(outcomes.toSorted()).toEqual(['approved', 'not-found']);
    }
  });
});
