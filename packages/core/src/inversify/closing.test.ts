import { setImmediate as nextTurn } from 'node:timers/promises';
import { ContainerModule } from 'inversify';
import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import { accepted, notSent } from '../provider-kit/outcomes.js';
import { smsClientToken, smsModule, smsProviderToken } from './index.js';
import { containerOf, deferred, request, type ScriptedOptions, scripted } from './scripted-provider.test.fixture.js';

describe('closing a container', () => {
  it('closes the client and every provider, once', async () => {
    const [a, b] = [scripted({ id: 'a' }), scripted({ id: 'b' })];
    const container = containerOf(a.module, smsModule(), b.module);
    const sms = container.get(smsClientToken);
    await Promise.all([container.unbindAllAsync(), container.unbindAllAsync()]);
    expect([a.closes(), b.closes()]).toEqual([[1], [1]]);
    await expect(sms.send(request)).rejects.toMatchObject({ code: 'client_closed' });
    expect(container.isBound(smsClientToken)).toBe(false);
  });

  it('closes a provider that was asked for without the client', async () => {
    const a = scripted({ id: 'a' });
    const container = containerOf(a.module);
    container.get(smsProviderToken);
    await container.unbindAllAsync();
    expect(a.closes()).toEqual([1]);
  });

  const loadings = ['the client first', 'the client last'] as const;

  it.each(loadings)('lets a call under way fail over before it closes the providers, %s', async (loading) => {
    const answer = deferred<SendOutcome>();
    const [a, b] = [scripted({ id: 'a', answer: () => answer.promise }), scripted({ id: 'b' })];
    const modules = [a.module, b.module];
    const sms = smsModule();
    const container = containerOf(...(loading === 'the client first' ? [sms, ...modules] : [...modules, sms]));
    const sending = container.get(smsClientToken).send(request);
    const closing = container.unbindAllAsync();
    await nextTurn();
    expect([a.closes(), b.closes()]).toEqual([[0], [0]]);

    answer.resolve(notSent('provider_unavailable', 'Down.'));
    expect((await sending).provider).toBe('b');
    await closing;
    expect([a.closes(), b.closes()]).toEqual([[1], [1]]);
  });

  it('does the same for modules that are unloaded together', async () => {
    const answer = deferred<SendOutcome>();
    const a = scripted({ id: 'a', answer: () => answer.promise });
    const sms = smsModule();
    const container = containerOf(a.module, sms);
    const sending = container.get(smsClientToken).send(request);
    const closing = container.unloadAsync(a.module, sms);
    await nextTurn();
    expect(a.closes()).toEqual([0]);
    answer.resolve(accepted());
    expect((await sending).provider).toBe('a');
    await closing;
    expect(a.closes()).toEqual([1]);
  });

  it('closes a provider at once when its module alone is unloaded', async () => {
    const a = scripted({ id: 'a' });
    const container = containerOf(a.module, smsModule());
    container.get(smsClientToken);
    await container.unloadAsync(a.module);
    expect(a.closes()).toEqual([1]);
  });

  it('needs time: the synchronous way says so', async () => {
    const a = scripted({ id: 'a' });
    const container = containerOf(a.module, smsModule());
    container.get(smsClientToken);
    expect(() => container.unbindAll()).toThrow('unbindAllAsync()');
    await container.unbindAllAsync();
    expect(a.closes()).toEqual([1]);
  });

  it('leaves the providers open when only the client is closed', async () => {
    const a = scripted({ id: 'a' });
    const container = containerOf(a.module, smsModule());
    await container.get(smsClientToken).close();
    expect(a.closes()).toEqual([0]);
    await container.unbindAllAsync();
    expect(a.closes()).toEqual([1]);
  });
});

describe('when something cannot be made', () => {
  it('closes what was made before', async () => {
    const [a, b] = [scripted({ id: 'a' }), scripted(() => Promise.reject(new Error('The safe is shut.')))];
    const container = containerOf(a.module, b.module, smsModule());
    await expect(container.getAsync(smsClientToken)).rejects.toThrow('The safe is shut.');
    await container.unbindAllAsync();
    expect([a.closes(), b.made]).toEqual([[1], []]);
    expect(container.isBound(smsProviderToken)).toBe(false);
  });

  it('tries again at the next request, and makes nothing twice', async () => {
    let open = false;
    const a = scripted({ id: 'a' });
    const b = scripted(async () => {
      if (!open) throw new Error('The safe is shut.');
      return { id: 'b' };
    });
    const container = containerOf(a.module, b.module, smsModule());
    await expect(container.getAsync(smsClientToken)).rejects.toThrow('The safe is shut.');
    open = true;
    expect(Object.keys((await container.getAsync(smsClientToken)).health())).toEqual(['a', 'b']);
    await container.unbindAllAsync();
    expect([a.closes(), b.closes()]).toEqual([[1], [1]]);
  });

  it('tries the options of smsModule() again as well', async () => {
    let reads = 0;
    const container = containerOf(
      scripted({ id: 'a' }).module,
      smsModule(async () => {
        reads += 1;
        return reads === 1 ? { maxAttempts: 0 } : {};
      }),
    );
    await expect(container.getAsync(smsClientToken)).rejects.toMatchObject({ code: 'configuration_invalid' });
    await (await container.getAsync(smsClientToken)).send(request);
    await container.getAsync(smsClientToken);
    expect(reads).toBe(2);
  });

  it('closes a provider that is still being made as soon as it is there, and makes no client over it', async () => {
    const options = deferred<ScriptedOptions>();
    const a = scripted(() => options.promise);
    const container = containerOf(a.module, smsModule());
    const getting = container.getAsync(smsClientToken);
    const closing = container.unbindAllAsync();
    options.resolve({ id: 'a' });
    await expect(getting).rejects.toMatchObject({ code: 'client_closed', message: 'The container is closed.' });
    await closing;
    expect(a.closes()).toEqual([1]);
  });

  it('closes a client that is still being made as soon as it is there', async () => {
    const options = deferred<object>();
    const a = scripted({ id: 'a' });
    const container = containerOf(
      a.module,
      smsModule(() => options.promise),
    );
    const getting = container.getAsync(smsClientToken);
    const closing = container.unbindAllAsync();
    options.resolve({});
    await closing;
    await expect((await getting).send(request)).rejects.toMatchObject({ code: 'client_closed' });
    expect(a.closes()).toEqual([1]);
  });

  it('makes nothing any more once it is closing', async () => {
    let shut = true;
    const a = scripted(() => {
      if (shut) throw new Error('The safe is shut.');
      return { id: 'a' };
    });
    const slow = deferred<void>();
    const container = containerOf(
      a.module,
      new ContainerModule(({ bind }) => {
        bind('slow')
          .toConstantValue('slow')
          .onDeactivation(() => slow.promise);
      }),
    );
    container.get('slow');
    expect(() => container.get(smsProviderToken)).toThrow('The safe is shut.');
    const closing = container.unbindAllAsync();
    shut = false;
    expect(() => container.get(smsProviderToken)).toThrow('The container is closed.');
    slow.resolve();
    await closing;
    expect(a.made).toEqual([]);
  });
});
