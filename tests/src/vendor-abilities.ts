import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  deadlineAfter,
  type IssuedVerification,
  isSmsError,
  type MessageLookup,
  type OutboundMessage,
  type ProviderEvent,
  parsePhoneNumber,
  type SmsProvider,
} from '@polysms/core/provider-kit';
import { type Simulator, startSimulator } from '@polysms/simulator';
import type { VendorAccount } from './vendor-accounts.js';

/** What a package can do, in the words of docs/vendors.md, by the name of the row. */
export type Abilities = Readonly<Record<string, string>>;

const phone = '+8613800138000';
const to = parsePhoneNumber(phone);
const context = () => ({ deadline: deadlineAfter(60_000) });
const yesIf = (is: boolean) => (is ? 'yes' : '–');

/** Opens an account in the box, has it do everything, and says what came of it. */
export async function abilitiesOf(account: VendorAccount): Promise<Abilities> {
  await using app = await startApp(account.webhookQuery);
  const { dialect } = account;
  const simulator = await startSimulator({
    dialects: [dialect],
    seed: 7,
    reportsTo: { [dialect.vendor]: app.url },
    reportDelayMs: 0,
  });
  const provider = account.open({ baseUrl: simulator.urlOf(dialect.vendor) });
  app.reads(provider);
  try {
    const send = sendingOver(account, provider, simulator, app.url);
    const plain = await send('01940b8e-7c00-7abc-8def-000000000001');
    const limited = await send('01940b8e-7c00-7abc-8def-000000000002', 1_200_000);
    const before = simulator.messages.length;
    await send('01940b8e-7c00-7abc-8def-000000000002', 1_200_000);
    const [vendor] = simulator.vendors;
    const report = vendor?.reports ? await app.first('report') : undefined;
    if (vendor?.inbound) await simulator.reply(phone, 'Thank you');
    const inbound = vendor?.inbound ? await app.first('inbound') : undefined;
    const { sends, verification, lookup } = provider;
    return {
      'Free texts': yesIf(sends.text),
      'Approved templates': yesIf(sends.template),
      'Sender ID of each text': yesIf(sends.senderId),
      'Validity told to the vendor': yesIf(limited.length > plain.length),
      'The same message twice': simulator.messages.length > before ? 'sent twice' : 'sent once',
      'Delivery reports': yesIf(report !== undefined),
      'Our id in reports': yesIf(report?.kind === 'report' && report.id !== undefined),
      'Answers of people': yesIf(inbound !== undefined),
      'Look-up': lookupWords(lookup),
      'Codes of the vendor': codesWords(verification),
      Region: takes(account, { region: 'ie1', edge: 'dublin' }) ? '`region`' : '`baseUrl`',
      Pace: takes(account, { maxPerSecond: 10 }) ? '`maxPerSecond`' : '–',
    };
  } finally {
    await provider.close();
    await simulator.close();
  }
}

/** Sends a message, which must be accepted, and gives what stood in its request. */
function sendingOver({ template }: VendorAccount, provider: SmsProvider, simulator: Simulator, reportUrl: string) {
  return async (id: string, validForMs?: number): Promise<string> => {
    const envelope = { id, to, reportUrl, ...(validForMs === undefined ? {} : { validForMs }) };
    const message: OutboundMessage = provider.sends.template
      ? { kind: 'template', ...envelope, ...template }
      : { kind: 'text', ...envelope, text: 'Order 42 comes.' };
    const outcome = await provider.send(message, context());
    if (outcome.outcome !== 'accepted') throw new Error(`${provider.id} did not take a message: ${outcome.outcome}.`);
    const request = simulator.requests.at(-1);
    return `${request?.path}\n${request?.body}`;
  };
}

function lookupWords(lookup: MessageLookup | null): string {
  if (lookup === null) return '–';
  return lookup.absenceProves ? 'confirms and rules out' : 'confirms';
}

function codesWords(verification: IssuedVerification | null): string {
  if (verification === null) return '–';
  const { maxChecks, lifetimeMs } = verification.limits ?? {};
  const checks = maxChecks === undefined ? 'number of checks not documented' : `${maxChecks} checks`;
  return lifetimeMs === undefined ? checks : `${lifetimeMs / 60_000} minutes, ${checks}`;
}

/** Whether a provider can be made with some options. */
function takes({ open }: VendorAccount, options: Parameters<VendorAccount['open']>[0]): boolean {
  try {
    void open(options).close();
    return true;
  } catch (error) {
    if (isSmsError(error) && error.code === 'configuration_invalid') return false;
    throw error;
  }
}

/** An app with a webhook, which believes what its provider has verified. */
async function startApp(query: string) {
  const events: ProviderEvent[] = [];
  const waiting: (() => void)[] = [];
  let provider: SmsProvider | undefined;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { method = '', url = '' } = request;
    const reading = await provider?.webhooks?.read(
      { method, url: `${origin}${url}`, headers, body },
      { ...context(), now: Date.now(), toleranceMs: 300_000 },
    );
    if (reading?.outcome === 'verified') events.push(...reading.events);
    const { status = 404, headers: replied = {}, body: text } = reading?.reply ?? {};
    response.writeHead(status, replied).end(text);
    for (const check of waiting) check();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/${query}`,
    reads: (account: SmsProvider) => {
      provider = account;
    },
    /** The first event of a kind, as soon as it has come. */
    first: (kind: ProviderEvent['kind']) =>
      new Promise<ProviderEvent>((resolve) => {
        const check = () => {
          const event = events.find((each) => each.kind === kind);
          if (event !== undefined) resolve(event);
        };
        waiting.push(check);
        check();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
