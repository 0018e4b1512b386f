import { runInNewContext } from 'node:vm';
import { Container, type ResolutionContext, type ServiceIdentifier } from 'inversify';
import { describe, expect, it } from 'vitest';
import { createSmsClient } from '../client/sms-client.js';
import { notSent } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import type { VerificationStore } from '../verification/verification-store.js';
import { type SmsModuleOptions, smsClientToken, smsModule, smsProviderToken } from './index.js';
import { containerOf, request, ScriptedProvider, scripted } from './scripted-provider.test.fixture.js';

const refuse = async () => notSent('provider_unavailable', 'Down.');

const caught = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the client of a container', () => {
  it('tries the providers in the order of loading, wherever smsModule() comes', async () => {
    const [a, b] = [scripted({ id: 'a', answer: refuse }), scripted({ id: 'b' })];
    for (const modules of [
      [smsModule(), a.module, b.module],
      [a.module, smsModule(), b.module],
      [a.module, b.module, smsModule()],
    ]) {
      const receipt = await containerOf(...modules)
        .get(smsClientToken)
        .send(request);
      expect(receipt.attempts.map(({ provider }) => provider)).toEqual(['a', 'b']);
    }
  });

  it('tries those first that the option order names', async () => {
    const modules = ['a', 'b', 'c'].map((id) => scripted({ id, answer: refuse }).module);
    const sms = containerOf(...modules, smsModule({ order: ['c'], retryBudget: { burst: 10 } })).get(smsClientToken);
    await expect(sms.send(request)).rejects.toMatchObject({
      attempts: [{ provider: 'c' }, { provider: 'a' }, { provider: 'b' }],
    });
  });

  it('follows routes as everywhere', async () => {
    const [a, b] = [scripted({ id: 'a' }), scripted({ id: 'b' })];
    const sms = containerOf(a.module, b.module, smsModule({ routes: [{ providers: ['b'] }] })).get(smsClientToken);
    expect((await sms.send(request)).provider).toBe('b');
    expect(Object.keys(sms.health())).toEqual(['a', 'b']);
  });

  it('is made once, with every provider once, also by requests at the same time', async () => {
    let reads = 0;
    const a = scripted(async () => ({ id: `a${++reads}` }));
    const container = containerOf(
      a.module,
      smsModule(async () => ({ maxAttempts: ++reads })),
    );
    const [one, two] = await Promise.all([container.getAsync(smsClientToken), container.getAsync(smsClientToken)]);
    expect(two).toBe(one);
    expect(await container.getAsync(smsClientToken)).toBe(one);
    expect(container.get(smsProviderToken)).toBe(a.made[0]);
    expect([a.made.length, reads]).toEqual([1, 2]);
  });

  it('is made once although the container makes everything a singleton', async () => {
    const a = scripted({ id: 'a' });
    const container = new Container({ defaultScope: 'Singleton' });
    container.load(a.module, smsModule());
    expect(container.get(smsClientToken)).toBe(container.get(smsClientToken));
    await container.unbindAllAsync();
    expect(a.made.map(({ closes }) => closes)).toEqual([1]);
  });

  it('makes no provider before somebody asks', async () => {
    const a = scripted({ id: 'a' });
    const container = containerOf(a.module, smsModule());
    await container.unbindAllAsync();
    expect(a.made).toEqual([]);
  });

  it('gets options from other services, at once or later, and is there without waiting afterwards', async () => {
    const secrets = Symbol('secrets') as ServiceIdentifier<(name: string) => Promise<string>>;
    const attempts = Symbol('attempts') as ServiceIdentifier<number>;
    const a = scripted(async (context) => ({ id: await context.get(secrets)('account') }));
    const container = containerOf(
      a.module,
      smsModule((context) => ({ maxAttempts: context.get(attempts) })),
    );
    container.bind(secrets).toConstantValue(async (name) => `secret-${name}`);
    container.bind(attempts).toConstantValue(2);

    expect(() => container.get(smsClientToken)).toThrow('Unexpected asynchronous service');
    const sms = await container.getAsync(smsClientToken);
    expect(Object.keys(sms.health())).toEqual(['secret-account']);
    expect(container.get(smsClientToken)).toBe(sms);
  });
});

describe('options that come later', () => {
  const then = 'then';
  it.each<[string, <Value extends object>(value: Value) => PromiseLike<Value>]>([
    ['a promise of another realm', (value) => runInNewContext('Promise').resolve(value)],
    // As the least of all thenables does: it answers nothing itself.
    ['a thenable', (value) => ({ [then]: (resolve: (given: typeof value) => void) => resolve(value) }) as never],
  ])('may be %s', async (_name, later) => {
    const a = scripted(() => later({ id: 'a' }));
    const container = containerOf(
      a.module,
      smsModule(() => later({ maxAttempts: 2 })),
    );
    const sms = await container.getAsync(smsClientToken);
    expect((await sms.send(request)).provider).toBe('a');
    expect(container.get(smsClientToken)).toBe(sms);
    await container.unbindAllAsync();
  });
});

describe('the verifications of a container', () => {
  /** The code in the last text that was sent. */
  const codeSentBy = ({ made }: ReturnType<typeof scripted>) => {
    const message = made[0]?.sent.at(-1);
    return (message?.kind === 'text' && /\d{6}/.exec(message.text)?.[0]) || 'no code';
  };
  const { to } = request;

  it('prove a phone', async () => {
    const a = scripted({ id: 'a' });
    const { verifications } = containerOf(a.module, smsModule()).get(smsClientToken);
    const { id, provider } = await verifications.start({ to });
    const code = codeSentBy(a);
    const wrong = code === '000000' ? '000001' : '000000';
    expect(provider).toBe('a');
    expect(await verifications.check({ id, code: wrong })).toMatchObject({ outcome: 'incorrect' });
    expect(await verifications.check({ id, code })).toMatchObject({ outcome: 'approved', to });
    expect(await verifications.check({ id, code })).toMatchObject({ outcome: 'not-found' });
  });

  it('are kept in the stores of the container, by its pepper', async () => {
    const store = Symbol('store') as ServiceIdentifier<VerificationStore>;
    const secrets = Symbol('secrets') as ServiceIdentifier<(name: string) => Promise<string>>;
    const shared = new MemoryVerificationStore();
    const make = () => {
      const provider = scripted({ id: 'a' });
      const options = async (context: ResolutionContext): Promise<SmsModuleOptions> => ({
        stores: { verification: context.get(store) },
        verification: { pepper: await context.get(secrets)('pepper') },
        guard: { limits: { phone: false } },
      });
      const container = containerOf(provider.module, smsModule(options));
      container.bind(store).toConstantValue(shared);
      container.bind(secrets).toConstantValue(async (name) => `${name} of at least 32 characters for tests`);
      return { provider, container };
    };
    const [one, other] = [make(), make()];
    const { id } = await (await one.container.getAsync(smsClientToken)).verifications.start({ to });
    const elsewhere = (await other.container.getAsync(smsClientToken)).verifications;
    expect(await elsewhere.check({ id, code: codeSentBy(one.provider) })).toMatchObject({ outcome: 'approved' });
    expect(other.provider.made[0]?.sent).toEqual([]);
    // The guard's options arrived too: the phone's usual limit is one in 60 seconds.
    await expect(elsewhere.start({ to })).resolves.toMatchObject({ resendAfterMs: 0 });
    await expect(elsewhere.start({ to })).resolves.toMatchObject({ resendAfterMs: 0 });
  });
});

describe('what cannot work', () => {
  const a = () => scripted({ id: 'a' });
  const provider = () => new ScriptedProvider({ id: 'a' });

  it.each<[string, SmsModuleOptions, number]>([
    ['no provider', {}, 0],
    ['two providers with one id', {}, 2],
    ['a route to nobody', { routes: [{ providers: ['b'] }] }, 1],
    ['a wrong number', { maxAttempts: 0 }, 1],
    ['a short pepper', { verification: { pepper: 'short' } }, 1],
    ['a misspelt option', { ...({ maxAttemps: 2 } as object) }, 1],
  ])('%s: is refused in the words of createSmsClient', (_, options, count) => {
    const direct = caught(() => createSmsClient({ ...options, providers: Array.from({ length: count }, provider) }));
    const container = containerOf(smsModule(options), ...Array.from({ length: count }, () => a().module));
    const contained = caught(() => container.get(smsClientToken));
    expect(contained).toMatchObject({ code: 'configuration_invalid' });
    expect(JSON.stringify(contained)).toBe(JSON.stringify(direct));
  });

  it.each<[string, unknown, string]>([
    ['providers among the options', { providers: [] }, 'without providers; load theirs'],
    ['null', null, 'takes the options of createSmsClient()'],
    ['an order that names nobody', { order: ['b'] }, 'order: there is no provider b; there are a.'],
    ['an order that names one twice', { order: ['a', 'a'] }, 'order: must be a list of different provider ids'],
    ['an order that is no list', { order: 'a' }, 'order: must be a list of different provider ids'],
  ])('%s', (_, options, message) => {
    const container = containerOf(smsModule(options as SmsModuleOptions), a().module);
    expect(caught(() => container.get(smsClientToken))).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining(message),
    });
  });

  it('something bound as a provider that is none', () => {
    const container = containerOf(smsModule());
    container.bind<unknown>(smsProviderToken).toConstantValue({ id: 'a' });
    expect(caught(() => container.get(smsClientToken))).toMatchObject({ code: 'configuration_invalid' });
  });
});

describe('another provider, by loading another module', () => {
  it('takes the place of the one that was unloaded', async () => {
    const [real, fake] = [scripted({ id: 'a' }), scripted({ id: 'a' })];
    const container = containerOf(real.module, smsModule());
    container.unload(real.module);
    container.load(fake.module);
    await container.get(smsClientToken).send(request);
    expect([real.made.length, fake.made[0]?.sent.length]).toEqual([0, 1]);
  });

  it('takes the place of all, without their modules at hand', async () => {
    const [a, b, fake] = [scripted({ id: 'a' }), scripted({ id: 'b' }), scripted({ id: 'fake' })];
    const container = containerOf(a.module, smsModule(), b.module);
    container.unbind(smsProviderToken);
    container.load(fake.module);
    expect(Object.keys(container.get(smsClientToken).health())).toEqual(['fake']);
  });

  it('is not ignored when it comes after the client was made', () => {
    const container = containerOf(scripted({ id: 'a' }).module, smsModule());
    container.get(smsClientToken);
    container.load(scripted({ id: 'b' }).module);
    expect(caught(() => container.get(smsClientToken))).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('made with the providers a, and the container has a, b'),
    });
  });

  it('comes with a new client when smsModule() is loaded anew', async () => {
    const [a, b] = [scripted({ id: 'a' }), scripted({ id: 'b' })];
    const sms = smsModule();
    const container = containerOf(a.module, sms);
    const old = container.get(smsClientToken);
    await container.unloadAsync(sms);
    container.load(b.module, smsModule({ order: ['b'] }));

    expect((await container.get(smsClientToken).send(request)).provider).toBe('b');
    expect(a.made.map(({ closes }) => closes)).toEqual([0]);
    await expect(old.send(request)).rejects.toMatchObject({ code: 'client_closed', outcome: 'not-sent' });
  });
});

describe('a child container', () => {
  it('shares the client of its parent, and leaves it open', async () => {
    const a = scripted({ id: 'a' });
    const parent = containerOf(a.module, smsModule());
    const child = new Container({ parent });
    expect(child.get(smsClientToken)).toBe(parent.get(smsClientToken));
    await child.unbindAllAsync();
    expect((await parent.get(smsClientToken).send(request)).provider).toBe('a');
    await parent.unbindAllAsync();
    expect(a.made.map(({ closes }) => closes)).toEqual([1]);
  });

  it('has a client of its own over the providers of its parent, and closes only the client', async () => {
    const a = scripted({ id: 'a' });
    const parent = containerOf(a.module, smsModule());
    const child = new Container({ parent });
    child.load(smsModule({ maxAttempts: 1 }));
    const own = child.get(smsClientToken);
    expect(own).not.toBe(parent.get(smsClientToken));
    await child.unbindAllAsync();
    await expect(own.send(request)).rejects.toMatchObject({ code: 'client_closed' });
    expect((await parent.get(smsClientToken).send(request)).provider).toBe('a');
    expect(a.made.length).toBe(1);
  });

  it.each(['parent', 'child'] as const)('never shares providers of its own by accident, %s first', (first) => {
    const containers = { parent: containerOf(scripted({ id: 'a' }).module, smsModule()) };
    const child = new Container({ parent: containers.parent });
    child.load(scripted({ id: 'tenant' }).module);
    const all = { ...containers, child };
    all[first].get(smsClientToken);
    expect(caught(() => all[first === 'parent' ? 'child' : 'parent'].get(smsClientToken))).toMatchObject({
      code: 'configuration_invalid',
    });
  });
});
