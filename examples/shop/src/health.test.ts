import { mockModule, mockProviderToken } from '@polysms/provider-mock/inversify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createShopApi } from './shop-api.js';
import { createShopContainer, ordersToken } from './shop-container.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the health of the shop', () => {
  it('is good again as soon as a provider may be tried, for only traffic can show that it works', async () => {
    vi.useFakeTimers();
    const container = createShopContainer(mockModule({ id: 'mob', sends: { text: false } }));
    const api = await createShopApi(container, () => {});
    const mock = container.get(mockProviderToken);
    const ship = (id: number) =>
      api.request(`/orders/${id}/ship`, { method: 'POST', body: JSON.stringify({ tracking: 'SF1234' }) });
    const health = async () => {
      const response = await api.request('/health');
      return { status: response.status, body: await response.json() };
    };
    const broke = { outcome: 'refused', code: 'insufficient_balance', message: 'No money left.' } as const;
    mock.fail(broke, { times: Number.POSITIVE_INFINITY });
    for (let id = 100; id < 200; id += 1) {
      container.get(ordersToken).add(String(id), '+8613800138000');
      await ship(id);
    }
    expect(await health()).toMatchObject({ status: 503, body: { sms: { mob: { circuit: 'open' } } } });

    // Longer than a circuit stays open at first, however it is spread.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await health()).toMatchObject({
      status: 200,
      body: { status: 'ok', sms: { mob: { circuit: 'half-open' } } },
    });
    await container.unbindAllAsync();
  });
});
