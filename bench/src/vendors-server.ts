// The vendors that `vendors.ts` sends to: the answers to a message that was taken, from the test vectors of the two
// packages, at once. A process of its own, so that its CPU time is not counted. Ends with its parent.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function vectorsOf(file: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(`../../packages/${file}`, import.meta.url), 'utf8'));
}

function answerOfTwilio(): Answer {
  const answers = vectorsOf('provider-twilio/src/vectors.test.json')['answers'] as Readonly<Record<string, unknown>>;
  const body = JSON.stringify(answers['message 201, From']);
  return { status: 201, headers: { 'content-type': 'application/json' }, body };
}

function answerOfAliyun(): Answer {
  const answers = vectorsOf('provider-aliyun/src/vectors.test.fixture.json')['answers'];
  const named = answers as readonly { readonly name: string; readonly answer: Answer }[];
  const taken = named.find(({ name }) => name === 'accepted');
  if (taken === undefined) throw new Error('The vectors of provider-aliyun have no answer named accepted.');
  return taken.answer;
}

const twilio = answerOfTwilio();
const aliyun = answerOfAliyun();

const server = createServer((request, response) => {
  const { status, headers, body } = request.url?.startsWith('/2010-04-01/Accounts/') ? twilio : aliyun;
  request.resume();
  request.on('end', () =>
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
