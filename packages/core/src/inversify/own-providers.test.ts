import { setImmediate as nextTurn } from 'node:timers/promises';
import { Container } from 'inversify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import { accepted } from '../provider-kit/outcomes.js';
import { smsClientToken, smsModule, smsProviderToken } from './index.js';
import { containerOf, deferred, request, ScriptedProvider, scripted } from './scripted-provider.test.fixture.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A provider that takes its time to close. */
function slowProvider(id = 'own') {
  const shut = deferred<void>();
  return { shut: () => shut.resolve(), provider: new ScriptedProvider({ id, closing: () => shut.promise }) };
}

/** Whether something is over after everything that waits for nothing outside has happened. */
async function isOver(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), nextTurn(false)]);
}

describe('closing a container with a provider that an app has bound itself', () => {
  it.each(['the client first', 'the client last'])('waits until it is closed, %s', async (order) => {
    const { provider, shut } = slowProvider();
    const container = new Container();
    if (order === 'the client first') container.load(smsModule());
    container.bind(smsProviderToken).toConstantValue(provider);
    if (order === 'the client last') container.load(smsModule());
    container.get(smsClientToken);
    const closing = container.unbindAllAsync();
    expect(await isOver(closing)).toBe(false);
    expect(provider.closes).toBe(1);
    shut();
    await closing;
    expect(provider.closed).toBe(true);
  });

  it('waits for several of them, also for one that is a singleton', async () => {
    const [one, two] = [slowProvider('one'), slowProvider('two')];
    const container = containerOf(smsModule());
    container.bind(smsProviderToken).toConstantValue(one.provider);
    container
      .bind(smsProviderToken)
      .toDynamicValue(() => two.provider)
      .inSingletonScope();
    container.get(smsClientToken);
    const closing = container.unbindAllAsync();
    one.shut();
    expect(await isOver(closing)).toBe(false);
    two.shut();
    await closing;
    expect([one.provider.closes, two.provider.closes]).toEqual([1, 1]);
  });

  it('waits for one that was asked for without the client', async () => {
    const { provider, shut } = slowProvider();
    const container = containerOf(smsModule());
    container.bind(smsProviderToken).toConstantValue(provider);
    container.get(smsProviderToken);
    const closing = container.unbindAllAsync();
    expect(await isOver(closing)).toBe(false);
    shut();
    await closing;
    expect(provider.closed).toBe(true);
  });

  it('waits for one that took the place of another', async () => {
    const { provider, shut } = slowProvider();
    const container = containerOf(smsModule(), scripted({ id: 'real' }).module);
    container.rebind(smsProviderToken).toConstantValue(provider);
    container.get(smsClientToken);
    const closing = container.unbindAllAsync();
    expect(await isOver(closing)).toBe(false);
    shut();
    await closing;
    expect(provider.closed).toBe(true);
  });

  it('lets a call under way finish first', async () => {
    const answer = deferred<SendOutcome>();
    const provider = new ScriptedProvider({ id: 'own', answer: () => answer.promise });
    const container = containerOf(smsModule());
    container.bind(smsProviderToken).toConstantValue(provider);
    const sending = container.get(smsClientToken).send(request);
    const closing = container.unbindAllAsync();
    await nextTurn();
    expect(provider.closes).toBe(0);
    answer.resolve(accepted());
    expect((await sending).provider).toBe('own');
    await closing;
    expect(provider.closes).toBe(1);
  });

  it('leaves it open for the next client when smsModule() alone is unloaded', async () => {
    const provider = new ScriptedProvider({ id: 'own' });
    const sms = smsModule();
    const container = containerOf(sms);
    container.bind(smsProviderToken).toConstantValue(provider);
    container.get(smsClientToken);
    await container.unloadAsync(sms);
    container.load(smsModule());
    expect((await container.get(smsClientToken).send(request)).provider).toBe('own');
    await container.unbindAllAsync();
    expect(provider.closes).toBe(1);
  });

  it('leaves that of a parent open when the child closes', async () => {
    const { provider, shut } = slowProvider();
    const parent = containerOf(smsModule());
    parent.bind(smsProviderToken).toConstantValue(provider);
    const child = new Container({ parent });
    child.load(smsModule());
    child.get(smsClientToken);
    await child.unbindAllAsync();
    expect(provider.closes).toBe(0);
    shut();
    await parent.unbindAllAsync();
    expect(provider.closed).toBe(true);
  });

  it('closes it once although a child and its parent both see to it', async () => {
    const provider = new ScriptedProvider({ id: 'own' });
    const child = new Container({ parent: containerOf(smsModule()) });
    child.load(smsModule());
    child.bind(smsProviderToken).toConstantValue(provider);
    child.get(smsClientToken);
    await child.unbindAllAsync();
    expect(provider.closes).toBe(1);
  });
});

describe('a provider that fails to close', () => {
  const closing = async () => {
    throw new RangeError('confidential words');
  };

  it.each(['in a module', 'bound by the app'])(
    'is a warning without its words, and holds up nobody: %s',
    async (how) => {
      const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const { provider, shut } = slowProvider('slow');
      const container = containerOf(smsModule());
      if (how === 'in a module') container.load(scripted({ id: 'failing', closing }).module);
      else container.bind(smsProviderToken).toConstantValue(new ScriptedProvider({ id: 'failing', closing }));
      container.bind(smsProviderToken).toConstantValue(provider);
      container.get(smsClientToken);
      const unbinding = container.unbindAllAsync();
      expect(await isOver(unbinding)).toBe(false);
      shut();
      await unbinding;
      expect(provider.closed).toBe(true);
      expect(warnings.mock.calls).toEqual([
        ['A provider failed to close with its container: RangeError', 'PolysmsWarning'],
      ]);
      expect(container.isBound(smsClientToken)).toBe(false);
    },
  );

  it('fails in the same way when it throws at once, and need not be a provider at all', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const thrower = new ScriptedProvider({ id: 'thrower' });
    thrower.close = () => {
      throw new TypeError('confidential words');
    };
    const container = containerOf(smsModule());
    container.bind<unknown>(smsProviderToken).toConstantValue({ id: 'none' });
    container.bind(smsProviderToken).toConstantValue(thrower);
    expect(() => container.get(smsClientToken)).toThrow('must be a provider');
    await container.unbindAllAsync();
    expect(warnings.mock.calls).toEqual([
      ['A provider failed to close with its container: TypeError', 'PolysmsWarning'],
    ]);
  });
});
