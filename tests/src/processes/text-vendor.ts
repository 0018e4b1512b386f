import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  accepted,
  createHttpTransport,
  type MessageLookup,
  type SmsProvider,
  unknown,
} from '@polysms/core/provider-kit';

/** What a phone received. */
export interface Text {
  readonly to: string;
  readonly text: string;
}

/** A vendor of plain texts on the loopback. It keeps what it was sent. */
export interface TextVendor extends AsyncDisposable {
  readonly url: string;
  readonly texts: readonly Text[];
}

export async function startTextVendor(): Promise<TextVendor> {
  const texts: Text[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const to = decodeURIComponent(request.url?.slice(1) ?? '');
      response.writeHead(texts.some((each) => each.to === to) ? 200 : 404).end();
      return;
    }
    texts.push(JSON.parse(await text(request)) as Text);
    response.writeHead(201).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    texts,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * The provider of that vendor.
 *
 * @param options.canBeAsked whether it looks up what became of a message: each phone gets one at most
 */
export function textProvider(url: string, { canBeAsked = false } = {}): SmsProvider {
  const transport = createHttpTransport({ baseUrl: url });
  const lookup: MessageLookup = {
    visibleAfterMs: 5_000,
    absenceProves: true,
    async find({ to }, context) {
      const outcome = await transport.request({ method: 'GET', path: `/${encodeURIComponent(to.e164)}` }, context);
      if (outcome.outcome !== 'answered') return outcome;
      return { outcome: outcome.status === 200 ? 'found' : 'absent' };
    },
  };
  return {
    specification: 'v1',
    id: 'texts',
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: canBeAsked ? lookup : null,
    async send(message, context) {
      if (message.kind !== 'text') return unknown('unsupported_message', 'It sends texts only.');
      const body = JSON.stringify({ to: message.to.e164, text: message.text });
      const outcome = await transport.request({ method: 'POST', path: '/', body }, context);
      if (outcome.outcome !== 'answered') return outcome;
      return outcome.status === 201 ? accepted() : unknown('provider_unavailable', 'The vendor said something else.');
    },
    close: () => transport.close(),
  };
}
