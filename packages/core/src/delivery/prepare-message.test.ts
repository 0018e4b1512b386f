import { describe, expect, it } from 'vitest';
import { fake } from '../client/sms-client.test.fixture.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { prepareMessage } from './prepare-message.js';
import { createTemplateCatalogue } from './templates/catalogue.js';

const to = parsePhoneNumber('+8613800138000');
const envelope = { id: 'message-1', to };
const texts = fake('texts', [], { text: true, template: false, senderId: true });
const templates = fake('templates', [], { text: false, template: true, senderId: false });
const catalogue = createTemplateCatalogue(
  { shipped: { params: ['order'], providers: { templates: { template: '2901', params: { no: 'order' } } } } },
  [templates],
);

describe('a text', () => {
  it('is the same for every provider that sends texts', () => {
    const request = { to: to.e164, text: 'hello' };
    const prepared = prepareMessage(request, to, catalogue);
    expect(prepared).toMatchObject({ to, request });
    expect(prepared.canSend(texts)).toBe(true);
    expect(prepared.canSend(templates)).toBe(false);
    expect(prepared.messageFor(texts, envelope)).toStrictEqual({ kind: 'text', id: 'message-1', to, text: 'hello' });
  });

  it('carries the sender that the caller chose', () => {
    const prepared = prepareMessage({ to: to.e164, text: 'hello', senderId: 'ACME' }, to, catalogue);
    expect(prepared.messageFor(texts, envelope)).toStrictEqual({
      kind: 'text',
      id: 'message-1',
      to,
      text: 'hello',
      senderId: 'ACME',
    });
  });

  it('with a sender is for providers that hand it over, and nobody drops it', () => {
    const prepared = prepareMessage({ to: to.e164, text: 'hello', senderId: 'ACME' }, to, catalogue);
    expect(prepared.canSend(texts)).toBe(true);
    expect(prepared.canSend(templates)).toBe(false);
    expect(prepared.canSend(fake('fixed', [], { text: true, template: false, senderId: false }))).toBe(false);
    expect(prepared.canSend(fake('odd', [], { text: false, template: true, senderId: true }))).toBe(false);
  });
});

describe('a template', () => {
  it('is rendered for the provider that is asked, from the parameters as they were at the call', () => {
    const params = { order: '42' };
    const request = { to: to.e164, template: 'shipped', params };
    const prepared = prepareMessage(request, to, catalogue);
    params.order = 'changed meanwhile';
    expect(prepared).toMatchObject({ to, request });
    expect(prepared.canSend(templates)).toBe(true);
    expect(prepared.canSend(texts)).toBe(false);
    const rendered = { kind: 'template', id: 'message-1', to, template: '2901', params: [{ name: 'no', value: '42' }] };
    expect(prepared.messageFor(templates, envelope)).toStrictEqual(rendered);
  });

  it('is meant by a request whose text is there but undefined', () => {
    const request = { to: to.e164, text: undefined, template: 'shipped', params: { order: '42' } };
    const prepared = prepareMessage(request, to, catalogue);
    expect(prepared.messageFor(templates, envelope)).toMatchObject({ kind: 'template', template: '2901' });
  });

  it('that is not in the catalogue, or lacks a parameter, is the caller’s mistake', () => {
    const prepare = (template: string, params?: Record<string, string>) =>
      prepareMessage({ to: to.e164, template, params }, to, catalogue);
    expect(() => prepare('delivered')).toThrow(/^send\(\): There is no template "?delivered/);
    expect(() => prepare('shipped')).toThrow(expect.objectContaining({ code: 'invalid_request', outcome: 'not-sent' }));
    expect(() => prepare('shipped')).toThrow(/order/);
  });
});
