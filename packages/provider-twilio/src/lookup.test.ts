import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { twilio } from './twilio.js';
import {
  accountSid,
  authToken,
  contentSid,
  context,
  from,
  serviceSid,
  startTwilio,
  text,
  to,
} from './twilio.test.fixture.js';

type Account = Awaited<ReturnType<typeof startTwilio>>;

/** Sends a text of which the answer is lost, and gives the question for it. */
async function lost({ provider, simulator, clock }: Account, words: string = text.text, wasTaken = true) {
  simulator.fail({ kind: 'drop', when: wasTaken ? 'after-processing' : 'after-reading' });
  const message = { ...text, id: randomUUID(), text: words };
  const outcome = await provider.send(message, context());
  expect(outcome.outcome).toBe('unknown');
  return { id: message.id, to, sentFrom: clock.now(), sentUntil: clock.now() };
}

const find = ({ provider }: Account, query: Parameters<NonNullable<Account['provider']['lookup']>['find']>[0]) =>
  provider.lookup?.find(query, context());

const taken = (account: Account) => account.twilio.messages.map(({ sid }) => sid);

describe('a message whose answer was lost', () => {
  it('is found by its text, with what has become of it', async () => {
    const account = await startTwilio();
    const query = await lost(account);
    expect(await find(account, query)).toEqual({
      ...{ outcome: 'found', reference: taken(account)[0], state: 'queued', segments: 1 },
    });
    account.clock.advance(2_000);
    expect(await find(account, query)).toMatchObject({ outcome: 'found', state: 'delivered' });
  });

  it('is found when a service has chosen its sender', async () => {
    const account = await startTwilio({}, { from: undefined, messagingServiceSid: serviceSid });
    expect(await find(account, await lost(account))).toMatchObject({ outcome: 'found', state: 'queued' });
  });

  it('is absent, which proves nothing, as long as the list does not have it', async () => {
    const account = await startTwilio({ listDelayMs: 600_000 });
    expect(account.provider.lookup).toMatchObject({ absenceProves: false, visibleAfterMs: 0 });
    const query = await lost(account);
    expect(await find(account, query)).toEqual({ outcome: 'absent' });
    account.clock.advance(600_000);
    expect(await find(account, query)).toMatchObject({ outcome: 'found' });
  });

  it('is not one with another text, which makes nobody sure', async () => {
    const account = await startTwilio();
    const never = await lost(account, 'Your code is 1111', false);
    await lost(account, 'Your code is 2222');
    expect(await find(account, never)).toEqual({ outcome: 'inconclusive' });
  });

  it('is not one that this process knows as another message, even with the same text', async () => {
    const account = await startTwilio();
    await account.provider.send({ ...text, id: randomUUID() }, context());
    expect(await find(account, await lost(account, text.text, false))).toEqual({ outcome: 'absent' });
    const words = 'Your code is 5678';
    await account.provider.send({ ...text, id: randomUUID(), text: words }, context());
    const query = await lost(account, words);
    expect(await find(account, query)).toMatchObject({ outcome: 'found', reference: taken(account)[2] });
  });

  it('cannot be told from its equal', async () => {
    const account = await startTwilio();
    const [one] = [await lost(account), await lost(account)];
    expect(await find(account, one)).toEqual({ outcome: 'inconclusive' });
  });

  it('is not one of another time, nor one from another sender', async () => {
    const account = await startTwilio();
    const query = await lost(account);
    const moved = (ms: number) => ({ ...query, sentFrom: query.sentFrom + ms, sentUntil: query.sentUntil + ms });
    expect(await find(account, moved(61_000))).toEqual({ outcome: 'absent' });
    expect(await find(account, moved(-61_000))).toEqual({ outcome: 'absent' });
    const message = account.twilio.messages[0];
    const sender = message?.sender;
    if (message !== undefined) Object.assign(message, { sender: '+15005550010' });
    expect(await find(account, query)).toEqual({ outcome: 'inconclusive' });
    if (message !== undefined) Object.assign(message, { sender });
    expect(await find(account, moved(60_000))).toMatchObject({ outcome: 'found' });
  });

  it('is known to the process that sent it alone', async () => {
    const account = await startTwilio();
    const { id, ...query } = await lost(account);
    expect(await find(account, { id: randomUUID(), ...query })).toEqual({ outcome: 'inconclusive' });
  });

  it('is taken for the one equal text that another process sent at the same time, since such processes say so', async () => {
    const account = await startTwilio();
    const second = twilio({ accountSid, authToken, from, baseUrl: account.baseUrl });
    const never = await lost(account, text.text, false);
    await second.send({ ...text, id: randomUUID() }, context());
    expect(await find(account, never)).toMatchObject({ outcome: 'found', reference: taken(account)[0] });
    await second.send({ ...text, id: randomUUID(), text: 'Twice' }, context());
    await second.send({ ...text, id: randomUUID(), text: 'Twice' }, context());
    expect(await find(account, await lost(account, 'Twice', false))).toEqual({ outcome: 'inconclusive' });
    await second.close();
  });

  it('is none that another process may have sent, where processes send equal texts', async () => {
    const account = await startTwilio({}, { onlySender: false });
    const second = twilio({ accountSid, authToken, from, baseUrl: account.baseUrl });
    const never = await lost(account, text.text, false);
    await second.send({ ...text, id: randomUUID() }, context());
    expect(taken(account)).toHaveLength(1);
    expect(await find(account, never)).toEqual({ outcome: 'inconclusive' });
    const accepted = await account.provider.send({ ...text, id: 'known' }, context());
    const known = { ...never, id: 'known', reference: accepted.outcome === 'accepted' ? accepted.reference : '' };
    expect(await find(account, known)).toMatchObject({ outcome: 'found', reference: taken(account)[1] });
    await second.close();
  });

  it('is not one that is on its way in this process, nor the only one of two that may be it', async () => {
    const account = await startTwilio();
    const never = await lost(account, text.text, false);
    account.simulator.fail({ kind: 'delay', delayMs: 1_000 });
    const underway = account.provider.send({ ...text, id: randomUUID() }, context());
    await expect.poll(() => taken(account).length).toBe(1);
    expect(await find(account, never)).toEqual({ outcome: 'inconclusive' });
    account.clock.advance(1_000);
    expect(await underway).toMatchObject({ outcome: 'accepted' });
    expect(await find(account, never)).toEqual({ outcome: 'absent' });
    const came = await lost(account);
    expect(await find(account, never)).toEqual({ outcome: 'inconclusive' });
    expect(await find(account, came)).toEqual({ outcome: 'inconclusive' });
  });

  it('stays open if it was a template, whose text only Twilio knows', async () => {
    const account = await startTwilio({ templates: { [contentSid]: 'Order {{1}}' } });
    const { provider, simulator, clock } = account;
    simulator.fail({ kind: 'drop', when: 'after-processing' });
    const params = [{ name: '1', value: '42' }];
    await provider.send({ kind: 'template', id: 'id-1', to, template: contentSid, params }, context());
    const query = { id: 'id-1', to, sentFrom: clock.now(), sentUntil: clock.now() };
    expect(await find(account, query)).toEqual({ outcome: 'inconclusive' });
  });

  it('is found on the second page, and the pages before the time in question are not asked for', async () => {
    const account = await startTwilio();
    const { clock, simulator, provider } = account;
    for (let index = 0; index < 60; index += 1) await provider.send({ ...text, id: `old-${index}` }, context());
    clock.advance(600_000);
    const query = await lost(account);
    for (let index = 0; index < 60; index += 1) await provider.send({ ...text, id: `new-${index}` }, context());
    const pages = () => simulator.requests.filter(({ method }) => method === 'GET').length;
    expect(await find(account, query)).toMatchObject({ outcome: 'found', reference: taken(account)[60] });
    expect(pages()).toBe(3);
    clock.advance(600_000);
    const later = { ...query, id: 'later', sentFrom: clock.now(), sentUntil: clock.now() };
    expect(await find(account, later)).toEqual({ outcome: 'absent' });
    expect(pages()).toBe(4);
  });
});

describe('a message whose SID is known', () => {
  it('is fetched, with the reason and the code of its failure', async () => {
    const account = await startTwilio();
    const { provider, simulator, clock } = account;
    const outcome = await provider.send(text, context());
    const reference = outcome.outcome === 'accepted' ? outcome.reference : undefined;
    const query = { id: 'elsewhere', to, reference, sentFrom: 0, sentUntil: 0 };
    expect(await find(account, query)).toMatchObject({ outcome: 'found', reference, state: 'queued' });
    clock.advance(2_000);
    const message = account.twilio.messages[0];
    if (message !== undefined) Object.assign(message, { status: 'undelivered', errorCode: 30_003 });
    expect(await find(account, query)).toMatchObject({
      state: 'undelivered',
      reason: 'unreachable',
      providerCode: '30003',
    });
    expect(simulator.requests.at(-1)?.path).toContain(`/Messages/${reference}.json`);
  });

  it('is not found for another phone, nor after it was deleted', async () => {
    const account = await startTwilio();
    await account.provider.send(text, context());
    const [reference] = taken(account);
    const query = { id: 'elsewhere', to: { ...to, e164: '+15005550101' }, reference, sentFrom: 0, sentUntil: 0 };
    expect(await find(account, query)).toEqual({ outcome: 'inconclusive' });
    const deleted = { ...query, to, reference: `SM${'9'.repeat(32)}` };
    expect(await find(account, deleted)).toEqual({ outcome: 'inconclusive' });
  });
});
