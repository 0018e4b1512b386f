import { deadlineAfter, type ProviderEvent, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { mock } from './mock.js';
import type { MockProvider } from './mock-provider.js';

const to = parsePhoneNumber('+8613800138000');

async function withMessage(): Promise<MockProvider> {
  const provider = mock({ events: true, clock: { now: () => 77 } });
  await provider.send({ kind: 'text', id: 'message-1', to, text: 'a' }, { deadline: deadlineAfter(1000) });
  return provider;
}

/** Listens, and takes what it is told. */
function listening(provider: MockProvider, take: (event: ProviderEvent) => Promise<void> = async () => {}) {
  const told: ProviderEvent[] = [];
  const listener = provider.events?.listen((event) => {
    told.push(event);
    return take(event);
  });
  return { told, stop: () => listener?.[Symbol.dispose]() };
}

describe('events', () => {
  it('are null unless they are wanted', () => {
    expect(mock().events).toBeNull();
  });

  it('tell reports and replies to whoever listens', async () => {
    const provider = await withMessage();
    const { told } = listening(provider);
    const report = provider.report('message-1', { state: 'delivered' });
    const reply = provider.reply({ from: to.e164, to: '10690', text: 'Thanks' });
    await provider.answered();
    expect(told).toEqual([report, reply]);
    expect(provider.unanswered).toEqual([]);
  });

  it('are answered when the sink has resolved, and not before', async () => {
    const provider = await withMessage();
    let store = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    listening(provider, () => stored);
    const report = provider.report('message-1', { state: 'sent' });
    await new Promise(setImmediate);
    expect(provider.unanswered).toEqual([report]);
    store();
    await provider.answered();
    expect(provider.unanswered).toEqual([]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
  ])('are repeated when told, as long as the sink %s', async (_, fail) => {
    const provider = await withMessage();
    let isDown = true;
    const { told } = listening(provider, () => (isDown ? fail() : Promise.resolve()));
    const report = provider.report('message-1', { state: 'sent' });
    await provider.answered();
    expect(provider.unanswered).toEqual([report]);
    await provider.redeliver();
    isDown = false;
    await provider.redeliver();
    await provider.redeliver();
    expect(told).toEqual([report, report, report]);
    expect(provider.unanswered).toEqual([]);
  });

  it('go to one listener each, in turn', async () => {
    const provider = await withMessage();
    const [one, other] = [listening(provider), listening(provider)];
    const states = ['queued', 'sent', 'delivered'] as const;
    const reports = states.map((state) => provider.report('message-1', { state }));
    expect(one.told).toEqual([reports[0], reports[2]]);
    expect(other.told).toEqual([reports[1]]);
  });

  it('wait for somebody to listen', async () => {
    const provider = await withMessage();
    const report = provider.report('message-1', { state: 'sent' });
    expect(provider.unanswered).toEqual([report]);
    const { told } = listening(provider);
    await provider.answered();
    expect(told).toEqual([report]);
    expect(provider.unanswered).toEqual([]);
  });

  it('end with the listener, and what it had not answered is repeated to the next', async () => {
    const provider = await withMessage();
    const first = listening(provider, () => new Promise(() => {}));
    const report = provider.report('message-1', { state: 'sent' });
    first.stop();
    first.stop();
    await provider.answered();
    const second = listening(provider);
    await provider.redeliver();
    expect([first.told, second.told]).toEqual([[report], [report]]);
    expect(provider.unanswered).toEqual([]);
  });

  it('are forgotten by reset(), and the listener stays', async () => {
    const provider = await withMessage();
    const { told } = listening(provider, () => Promise.reject(new Error('down')));
    provider.report('message-1', { state: 'sent' });
    provider.reset();
    await provider.redeliver();
    expect(told).toHaveLength(1);
    expect(provider.unanswered).toEqual([]);
    provider.reply({ from: to.e164, to: '10690', text: 'Thanks' });
    expect(told).toHaveLength(2);
  });

  it('may be any that a test makes up', async () => {
    const provider = await withMessage();
    const { told } = listening(provider);
    const event = { kind: 'report', reference: 'somebody-else', state: 'expired' } as const;
    provider.tell(event);
    await provider.answered();
    expect(told).toEqual([event]);
    expect(() => mock().tell(event)).toThrow(/tell\(\): expected a mock with the option events/u);
  });

  it('end with close()', async () => {
    const provider = await withMessage();
    const { told } = listening(provider, () => new Promise(() => {}));
    const report = provider.report('message-1', { state: 'sent' });
    await provider.close();
    await provider.answered();
    const late = listening(provider);
    late.stop();
    provider.report('message-1', { state: 'delivered' });
    expect([told, late.told]).toEqual([[report], []]);
  });
});
