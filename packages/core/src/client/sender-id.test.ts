import { describe, expect, it } from 'vitest';
import { accepted, refused } from '../provider-kit/outcomes.js';
import { client, fake, hello, to } from './sms-client.test.fixture.js';

const fixed = { text: true, template: true, senderId: false };
const free = { text: true, template: true, senderId: true };
const fromAcme = { ...hello, senderId: 'ACME' };

describe('a text with a senderId', () => {
  it('goes to the providers that hand it over, in their order, and others send the rest', async () => {
    const [a, b] = [fake('a', [accepted()], fixed), fake('b', [accepted()], free)];
    const sms = client([a, b]);
    expect(await sms.send(fromAcme)).toMatchObject({ provider: 'b', attempts: [{ provider: 'b' }] });
    expect(await sms.send(hello)).toMatchObject({ provider: 'a' });
    expect(b.sent).toEqual([expect.objectContaining({ senderId: 'ACME' })]);
    expect(a.sent).toEqual([expect.not.objectContaining({ senderId: expect.anything() })]);
  });

  it('is unsupported if nobody on the route, or of via, hands it over', async () => {
    const [a, b] = [fake('a', [accepted()], fixed), fake('b', [accepted()], free)];
    const error = {
      code: 'unsupported_message',
      outcome: 'not-sent',
      attempts: [],
      message: expect.stringMatching(/senderId; leave it out, or add a provider that takes one/),
    };
    await expect(client([a]).send(fromAcme)).rejects.toMatchObject(error);
    await expect(client([a, b], { routes: [{ providers: ['a'] }] }).send(fromAcme)).rejects.toMatchObject(error);
    await expect(client([a, b]).send({ ...fromAcme, via: ['a'] })).rejects.toMatchObject(error);
    expect(a.sent).toEqual([]);
  });

  it('goes to the next provider if the first one’s vendor does not allow the sender, whose circuit is none the worse', async () => {
    const a = fake('a', [refused('sender_rejected', 'Not registered.', { providerCode: '21212' })], free);
    const sms = client([a, fake('b', [accepted()], free)], { breaker: { consecutiveFailures: 1 } });
    for (let sends = 0; sends < 3; sends += 1) {
      expect(await sms.send(fromAcme)).toMatchObject({
        provider: 'b',
        attempts: [{ provider: 'a', outcome: 'refused', code: 'sender_rejected' }, { provider: 'b' }],
      });
    }
    expect(sms.health()['a']).toMatchObject({ circuit: 'closed', failures: 0, refusals: { sender_rejected: 3 } });
  });

  it('needs a provider that says whether it takes one', () => {
    for (const sends of [
      { text: true, template: true },
      { ...free, senderId: 'yes' },
    ]) {
      const provider = { ...fake('a'), sends: sends as typeof free };
      expect(() => client([provider])).toThrow(/providers\.0: must be a provider.*sends \(text, template and senderId/);
    }
    expect(to).toBe(hello.to);
  });
});
