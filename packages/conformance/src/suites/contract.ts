import { closeProvider } from '../closing.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { settle } from '../settle.js';
import type { Suite } from '../suite.js';

/** The shape of a provider. */
export const contractSuite: Suite = ({ capabilities, operations, differences, test }) => {
  test("speaks the contract's version v1", async ({ subject }) => {
    demandEqual(
      subject.provider.specification,
      'v1',
      `The provider's specification is ${String(subject.provider.specification)}`,
      "set specification to 'v1'",
    );
  });

  test('has an id', async ({ subject }) => {
    const id: unknown = subject.provider.id;
    demand(
      typeof id === 'string' && id.trim() !== '',
      "The provider's id is no text, or empty",
      'take the id from the options, and default it to the name of the vendor',
    );
  });

  const [first] = operations.sending;
  test('has the same id whenever it is read: before, during and after calls, and when closed', async (bench) => {
    const { provider } = bench.subject;
    const ids = [provider.id, provider.id];
    const call = await first.prepare(bench);
    const outcome = settle(first.name, () => call(ample()));
    ids.push(provider.id);
    await outcome;
    ids.push(provider.id);
    await closeProvider(bench);
    ids.push(provider.id);
    demandEqual(
      new Set(ids).size,
      1,
      `The provider's id was ${[...new Set(ids)].join(', then ')}`,
      'set the id once, when the provider is made: routes, errors and circuits know the account by it',
    );
  });

  test(`says that it ${capabilities.text ? 'sends' : 'does not send'} texts`, async ({ subject }) => {
    demandEqual(
      subject.provider.sends.text,
      capabilities.text,
      `The provider's sends.text is ${String(subject.provider.sends.text)}`,
      'make sends.text true or false, the same as capabilities.text of describeSmsProvider()',
    );
  });

  test(`says that it ${capabilities.template ? 'sends' : 'does not send'} templates`, async ({ subject }) => {
    demandEqual(
      subject.provider.sends.template,
      capabilities.template,
      `The provider's sends.template is ${String(subject.provider.sends.template)}`,
      'make sends.template true or false, the same as capabilities.template of describeSmsProvider()',
    );
  });

  test(`says that it ${capabilities.senderId ? 'takes' : 'does not take'} sender IDs`, async ({ subject }) => {
    demandEqual(
      subject.provider.sends.senderId,
      capabilities.senderId,
      `The provider's sends.senderId is ${String(subject.provider.sends.senderId)}`,
      'make sends.senderId true or false, the same as capabilities.senderId of describeSmsProvider()',
    );
  });

  test(`says that it ${capabilities.verification ? 'makes' : 'does not make'} codes itself`, async ({ subject }) => {
    const verification: unknown = subject.provider.verification;
    demand(
      verification !== undefined,
      'The provider has no key verification',
      'set it to an object with start() and check(), or to null; a wrapper passes on that of the provider inside',
    );
    demandEqual(
      verification !== null,
      capabilities.verification,
      `The provider's verification is ${verification === null ? 'null' : 'not null'}`,
      'make it fit capabilities.verification of describeSmsProvider()',
    );
  });

  for (const [key, does] of [
    ['webhooks', 'is called by its vendor'],
    ['events', 'listens to its vendor on a connection'],
    ['lookup', 'asks its vendor what became of messages'],
  ] as const) {
    const expected = capabilities[key] === true;
    test(`says ${expected ? '' : 'not '}that it ${does}`, async ({ subject }) => {
      const value: unknown = subject.provider[key];
      demand(
        value !== undefined,
        `The provider has no key ${key}`,
        'set it to an object, or to null if the vendor has no such thing; a wrapper passes on that of the provider inside',
      );
      demandEqual(
        value !== null,
        expected,
        `The provider's ${key} is ${value === null ? 'null' : 'not null'}`,
        `make it fit capabilities.${key} of describeSmsProvider()`,
      );
    });
  }

  test('has all its methods', async ({ subject }) => {
    const { provider } = subject;
    const { verification } = provider;
    const methods: [string, unknown][] = [
      ['send', provider.send],
      ['close', provider.close],
    ];
    if (capabilities.webhooks === true) methods.push(['webhooks.read', provider.webhooks?.read]);
    if (capabilities.events === true) methods.push(['events.listen', provider.events?.listen]);
    if (capabilities.lookup === true) methods.push(['lookup.find', provider.lookup?.find]);
    if (capabilities.verification) methods.push(['start', verification?.start], ['check', verification?.check]);
    for (const [name, method] of methods) {
      demandEqual(typeof method, 'function', `The provider's ${name} is no function`, `implement ${name}()`);
    }
  });

  const { requestsNotCounted } = differences;
  if (requestsNotCounted === undefined) return;
  test(`has an environment that does not count requests (${requestsNotCounted})`, async ({ subject }) => {
    demandEqual(
      subject.requests,
      undefined,
      'The subject counts requests',
      'the declared difference has gone: remove requestsNotCounted from the differences',
    );
  });
};
