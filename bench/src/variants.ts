import { createSmsClient, parsePhoneNumber, withCircuitBreaker } from '@polysms/core';
import { deadlineAfter } from '@polysms/core/provider-kit';
import { mob } from '@polysms/provider-mob';
import { Pool } from 'undici';

/** One way to send a message. */
export interface Variant {
  readonly name: string;
  /** Sends the message with this number. */
  send(index: number): Promise<unknown>;
  close(): Promise<unknown>;
}

const connections = 256;
const template = '2901';
const params = [{ name: 'order', value: '42' }];
/** As many phones as a busy app writes to again and again. */
const phones = Array.from({ length: 1000 }, (_, index) => `+86138${String(index).padStart(8, '0')}`);
const phone = (index: number) => phones[index % phones.length] ?? '';
const phoneNumbers = phones.map(parsePhoneNumber);
const to = (index: number) => phoneNumbers[index % phones.length] ?? parsePhoneNumber(phone(index));

/** The variants, cheapest first. `bare undici` does what every variant must do: the same bytes, the same parsing. */
export function variants(baseUrl: string): readonly Variant[] {
  return [
    bareUndici(baseUrl),
    providerOnly(baseUrl),
    providerWithBreaker(baseUrl),
    client(baseUrl),
    idempotent(baseUrl),
  ];
}

/** The same request without Polysms. */
export function bareUndici(baseUrl: string): Variant {
  const pool = new Pool(baseUrl, { connections, pipelining: 1, allowH2: false });
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    'user-agent': 'polysms',
  };
  return {
    name: 'bare undici',
    async send(index) {
      const { nationalNumber } = to(index);
      const fields = { appKey: 'bench', templateCode: template, zone: '86', phone: nationalNumber, order: '42' };
      const body = new URLSearchParams(fields).toString();
      const response = await pool.request({ method: 'POST', path: '/custom/msg', headers, body });
      return JSON.parse(await response.body.text());
    },
    close: () => pool.close(),
  };
}

function account(baseUrl: string, id = 'mob') {
  return mob({ appKey: 'bench', baseUrl, id, connections });
}

function providerOnly(baseUrl: string): Variant {
  const provider = account(baseUrl);
  return {
    name: 'provider only',
    send: (index) =>
      provider.send(
        { kind: 'template', id: 'message-1', to: to(index), template, params },
        { deadline: deadlineAfter(10_000) },
      ),
    close: () => provider.close(),
  };
}

function providerWithBreaker(baseUrl: string): Variant {
  const provider = withCircuitBreaker(account(baseUrl));
  return {
    name: 'provider with breaker',
    send: (index) =>
      provider.send(
        { kind: 'template', id: 'message-1', to: to(index), template, params },
        { deadline: deadlineAfter(10_000) },
      ),
    close: () => provider.close(),
  };
}

function twoProviders(baseUrl: string) {
  const providers = { mob: { template }, 'mob-backup': { template } };
  return createSmsClient({
    providers: [account(baseUrl), account(baseUrl, 'mob-backup')],
    templates: { shipped: { params: ['order'], providers } },
  });
}

function client(baseUrl: string): Variant {
  const sms = twoProviders(baseUrl);
  return {
    name: 'client with two providers',
    send: (index) => sms.send({ to: phone(index), template: 'shipped', params: { order: '42' } }),
    close: () => sms.close(),
  };
}

function idempotent(baseUrl: string): Variant {
  const sms = twoProviders(baseUrl);
  let key = 0;
  return {
    name: 'client with idempotency',
    send: (index) => {
      key += 1;
      const idempotencyKey = `order-${key}`;
      return sms.send({ to: phone(index), template: 'shipped', params: { order: '42' }, idempotencyKey });
    },
    close: () => sms.close(),
  };
}
