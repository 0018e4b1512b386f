import type { WebhookAnswer, WebhookCall, WebhookTelling, WebhookVerdict } from '../dialect.js';

/** What came of a call of a webhook. */
export interface Called {
  readonly verdict: WebhookVerdict;
  /** Without its query, user and password, which may hold a secret of the app. */
  readonly url: string;
  readonly status: number | 'none';
}

/** How a vendor makes its calls, whatever it tells. */
type Manner = Pick<WebhookTelling<unknown>, 'verdictOn' | 'timeoutMs'>;

const defaultTimeoutMs = 5_000;

/** Calls a webhook, once. Never rejects. */
export async function callWebhook(
  manner: Manner,
  { method, headers, body, url: own }: WebhookCall,
  webhook: string,
  reset: AbortSignal,
): Promise<Called> {
  const url = own ?? webhook;
  let answer: WebhookAnswer | null = null;
  try {
    const signal = AbortSignal.any([reset, AbortSignal.timeout(manner.timeoutMs ?? defaultTimeoutMs)]);
    const sent = method === 'GET' ? {} : { body };
    const response = await fetch(url, { method, headers, redirect: 'manual', signal, ...sent });
    answer = { status: response.status, body: await startOf(response) };
  } catch {
    // No answer came: whether the app was not there, hung or was cut off is all the same to a vendor.
  }
  const verdict = manner.verdictOn?.(answer) ?? verdictOn(answer);
  return { verdict, url: shownUrl(url), status: answer?.status ?? 'none' };
}

function shownUrl(url: string): string {
  const plain = url.replace(/[?#].*$/u, '');
  return plain.replace(/^([a-z]+:\/\/)[^/\\]*@/iu, '$1');
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
    url: string,
    reset: AbortSignal,
  ): Promise<Called> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(url);
      if (waiting !== undefined) {
        waiting.push({ what, settle: resolve });
        return;
      }
      const all: Waiting[] = [{ what, settle: resolve }];
      this.#waiting.set(url, all);
      // By then everything of this moment has come.
      setImmediate(() => {
        this.#waiting.delete(url);
        for (let start = 0; start < all.length; start += together.most) {
          const part = all.slice(start, start + together.most);
          const whats = part.map((each) => each.what as What);
          // From the first step on a promise: what a dialect throws must reach those who wait, not end the process.
          const called = Promise.resolve(whats).then((all) =>
            callWebhook(manner, together.write(all, url), url, reset),
          );
          for (const each of part) each.settle(called);
        }
      });
    });
  }
}
