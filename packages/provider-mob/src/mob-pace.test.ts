import { deadlineAfter } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { account, answers, baseUrl, order, seen, to } from './mob.test.fixture.js';

/** Slow enough that a second turn never comes within a test, however slow the machine. */
const onceInAnHour = 1 / 3_600;
const context = () => ({ deadline: deadlineAfter(30_000) });
const held = { outcome: 'not-sent', code: 'rate_limited' };

describe('an account with a pace', () => {
  it('has one for all its calls, also if custom/msg lives elsewhere', async () => {
    answers('{"status":200}');
    const provider = account({ customBaseUrl: `${baseUrl}/custom-gateway`, maxPerSecond: onceInAnHour });
    expect(await provider.send(order, context())).toMatchObject({ outcome: 'accepted' });
    expect(await provider.verification.start({ id: 'message-1', to }, context())).toMatchObject(held);
    expect(await provider.verification.check({ to, code: '1234' }, context())).toMatchObject(held);
    expect(await provider.verifySdkCode({ phone: to.e164, code: '1234' })).toMatchObject(held);
    expect(await provider.send(order, context())).toMatchObject(held);
    expect(seen.map(({ path }) => path)).toEqual(['/custom-gateway/custom/msg']);
  });

  it('may let a burst go first', async () => {
    answers('{"status":200}');
    const provider = account({ maxPerSecond: onceInAnHour, burst: 2 });
    const outcomes = [await provider.send(order, context()), await provider.send(order, context())];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect(await provider.send(order, context())).toMatchObject(held);
  });

  it('uses no turn for what it does not send', async () => {
    answers('{"status":200}');
    const provider = account({ maxPerSecond: onceInAnHour });
    await provider.send({ kind: 'text', id: 'message-1', to, text: 'Hello.' }, context());
    await provider.verification.check({ to, code: '' }, context());
    expect(await provider.send(order, context())).toMatchObject({ outcome: 'accepted' });
  });
});
