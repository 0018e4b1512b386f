import { smsClientToken, smsModule, smsProviderToken } from '@polysms/core/inversify';
import { Container } from 'inversify';
import { describe, expect, it } from 'vitest';
import { mockModule, mockProviderToken } from './inversify.js';

const request = { to: '+8613800138000', text: 'Your order has shipped.' };

describe('mockModule()', () => {
  it('gives a test the outbox of the provider that the client uses', async () => {
    const container = new Container();
    container.load(smsModule(), mockModule());
    await container.get(smsClientToken).send(request);
    const mock = container.get(mockProviderToken);
    expect(mock.outbox).toMatchObject([{ kind: 'text', text: request.text }]);
    expect(container.get(smsProviderToken)).toBe(mock);
  });

  it('takes the place of another provider, by its id', async () => {
    const container = new Container();
    const real = mockModule({ id: 'mob', seed: 1 });
    container.load(real, smsModule({ routes: [{ providers: ['mob'] }] }));
    container.unload(real);
    container.load(mockModule({ id: 'mob', seed: 2 }));
    expect((await container.get(smsClientToken).send(request)).provider).toBe('mob');
    expect(container.get(mockProviderToken).outbox).toHaveLength(1);
  });

  it('makes a mock for each container that loads it', () => {
    const module = mockModule();
    const [one, two] = [new Container(), new Container()];
    one.load(module);
    two.load(module);
    expect(one.get(mockProviderToken)).not.toBe(two.get(mockProviderToken));
  });

  it('ends waits when the container closes', async () => {
    const container = new Container();
    container.load(mockModule());
    const waiting = container.get(mockProviderToken).waitForMessage({ to: request.to });
    const ended = expect(waiting).rejects.toMatchObject({ code: 'client_closed' });
    await container.unbindAllAsync();
    await ended;
  });

  it('refuses what mock() refuses', () => {
    const container = new Container();
    container.load(mockModule(() => ({ codeLength: 99 })));
    expect(() => container.get(mockProviderToken)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});
