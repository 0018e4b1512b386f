import type { MadeCall, WebhookAnswer, WebhookCall, WebhookTelling, WebhookVerdict } from '../dialect.js';
import { calledWebhook } from './webhooks.js';

/** What came of a call of a webhook. */
export interface Called {
  readonly verdict: WebhookVerdict;
  /** Without its query, user and password, which may hold a secret of the app. */
  readonly url: string;
  readonly status: number | 'none';
}

/** Where and how a call is made. */
export interface Calling {
  /** The webhook as the app named it. */
  readonly webhook: string;
  /** 1 for the first call. */
  readonly attempt: number;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/** How a vendor makes its calls, whatever it tells. */
type Manner = Pick<WebhookTelling<unknown>, 'verdictOn' | 'timeoutMs'>;

const defaultTimeoutMs = 5_000;

/**
 * Calls a webhook, once. Rejects only where the dialect fails.
 *
 * @param write the call, by the address that the vendor signs over
 */
export async function callWebhook(
  manner: Manner,
  write: (url: string) => WebhookCall,
  { webhook, attempt, signal: reset }: Calling,
): Promise<Called> {
  const named = calledWebhook(webhook);
  const { method, headers, body, url: own } = write(named.url);
  const target = calledWebhook(own ?? named.url);
  const authorization = target.authorization ?? named.authorization;
  const basic = authorization === undefined ? {} : { authorization };
  let answer: WebhookAnswer | null = null;
  let failure: MadeCall['failure'];
  try {
    const signal = AbortSignal.any([reset, AbortSignal.timeout(manner.timeoutMs ?? defaultTimeoutMs)]);
    const sent = method === 'GET' ? {} : { body };
    const init = { method, headers: { ...basic, ...headers }, redirect: 'manual', signal, ...sent } as const;
    const response = await fetch(target.url, init);
    answer = { status: response.status, body: await startOf(response) };
  } catch (error) {
    failure = failureOf(error);
  }
  const verdict = manner.verdictOn?.(answer, { url: named.url, attempt, failure }) ?? verdictOn(answer);
  return { verdict, url: target.url.replace(/[?#].*$/su, ''), status: answer?.status ?? 'none' };
}

/** Codes of errors that come before a connection stands; those of TLS have names of OpenSSL or of Node. */
const beforeConnection =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EPROTO|ERR_(?:SSL|TLS)_\w+|\w*CERT\w*|UNABLE_TO_\w+)$/u;

function failureOf(error: unknown): NonNullable<MadeCall['failure']> {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'timed-out';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return beforeConnection.test(code) ? 'not-connected' : 'cut-off';
}

/** How many characters of an app's answer are read: no vendor looks at more. */
const maxAnswer = 65_536;

async function startOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop ends the connection.
    if (text.length >= maxAnswer) break;
  }
  return text.slice(0, maxAnswer);
}

function verdictOn(answer: WebhookAnswer | null): WebhookVerdict {
  return answer !== null && answer.status >= 200 && answer.status <= 299 ? 'taken' : 'again';
}

interface Waiting {
  readonly what: unknown;
  settle(called: Called | Promise<Called>): void;
}

/** Tells together what falls due at one moment for one webhook. */
export class Together {
  readonly #waiting = new Map<string, Waiting[]>();

  call<What>(
    manner: Manner,
    together: NonNullable<WebhookTelling<What>['together']>,
    what: What,
    calling: Calling,
  ): Promise<Called> {
    return new Promise((resolve) => {
      // What is told again does not go with what is told for the first time: vendors repeat a call as it was.
      const key = `${calling.attempt} ${calling.webhook}`;
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.push({ what, settle: resolve });
        return;
      }
      const all: Waiting[] = [{ what, settle: resolve }];
      this.#waiting.set(key, all);
      // By then everything of this moment has come.
      setImmediate(() => {
        this.#waiting.delete(key);
        for (let start = 0; start < all.length; start += together.most) {
          const part = all.slice(start, start + together.most);
          const whats = part.map((each) => each.what as What);
          // Where a dialect throws, those who wait hear of it.
          const called = callWebhook(manner, (url) => together.write(whats, url), calling);
          for (const each of part) each.settle(called);
        }
      });
    });
  }
}
