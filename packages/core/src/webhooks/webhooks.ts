import type { Deadline } from '../contract/deadline.js';
import type { ProviderEvent } from '../contract/provider-events.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { ProviderWebhooks, WebhookReading, WebhookRequest } from '../contract/webhooks.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { answerOf, comeAgain, fixedAnswer, isMethodRefused, methodNotAllowed, refusal } from './answers.js';
import { readBody } from './read-body.js';
import { type PlainReading, readReading } from './read-reading.js';
import { configuredUrl, lastSegmentOf, targetOf } from './request-target.js';
import type { ParsedWebhookOptions } from './webhook-options.js';
import { WebhookWarnings } from './webhook-warnings.js';
import { within } from './within.js';

/** Takes what vendors tell by calling the app. */
export interface Webhooks {
  /**
   * Answers one request of a vendor. Proves who sent it, tells the client what it says, and answers when that is stored:
   * a store that is down is a 503, so that the vendor repeats the request. Never rejects, and no answer tells why.
   *
   * @param options.provider the id of the provider; without it the last segment of the path that is not empty names it
   */
  handle(request: Request, options?: { readonly provider?: string | undefined }): Promise<Response>;
}

/** What {@link ClientWebhooks} works with. */
export interface WebhooksDeps {
  /** By id. */
  readonly providers: ReadonlyMap<string, SmsProvider>;
  /** Resolves when an event is stored, and rejects if it is not. Is told the same event again when a vendor repeats it. */
  readonly sink: (provider: string, event: ProviderEvent) => Promise<void>;
  readonly options: ParsedWebhookOptions;
  /** Counts the requests under way. `begin` throws if the client is closed; else `end` follows once. */
  readonly inFlight: { begin(): void; end(): void };
  /** Milliseconds since 1970. Default: the time of the machine. */
  readonly now?: (() => number) | undefined;
}

/** The webhooks of a client, over its providers. */
export class ClientWebhooks implements Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #warnings = new WebhookWarnings();

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
  }

  async handle(request: Request, { provider }: { readonly provider?: string | undefined } = {}): Promise<Response> {
    const { inFlight } = this.#deps;
    try {
      inFlight.begin();
    } catch {
      return comeAgain();
    }
    try {
      return await this.#answer(request, provider);
    } catch (error) {
      // Nothing is left that throws, unless the request is none.
      this.#warnings.broken(provider, error);
      return fixedAnswer(500);
    } finally {
      inFlight.end();
    }
  }

  async #answer(request: Request, named: string | undefined): Promise<Response> {
    if (isMethodRefused(request.method)) return methodNotAllowed();
    const target = targetOf(request);
    const id = named ?? lastSegmentOf(target.path);
    const provider = id === undefined ? undefined : this.#deps.providers.get(id);
    const webhooks = provider?.webhooks ?? null;
    if (id === undefined || webhooks === null) return fixedAnswer(404);
    const { options } = this.#deps;
    const deadline = deadlineAfter(options.deadlineMs);
    // Every step listens to the deadline. As long as somebody does, its timer is set once.
    const stop = deadline.onEnd(() => {});
    try {
      const body = await readBody(request, options.maxBodyBytes, deadline);
      if (typeof body !== 'string') {
        const url = configuredUrl(options.publicUrl, id, request, target);
        const read = { method: request.method.toUpperCase(), url, headers: request.headers, body };
        return await this.#read(id, webhooks, read, deadline);
      }
      if (body === 'taken') this.#warnings.bodyTaken();
      return fixedAnswer({ 'too-large': 413, 'too-slow': 408, broken: 400, taken: 500 }[body]);
    } finally {
      stop();
    }
  }

  async #read(id: string, webhooks: ProviderWebhooks, request: WebhookRequest, deadline: Deadline): Promise<Response> {
    const { options, now = Date.now } = this.#deps;
    const settled = await within<WebhookReading>(deadline, () =>
      webhooks.read(request, { deadline, now: now(), toleranceMs: options.toleranceMs }),
    );
    if ('late' in settled) {
      this.#warnings.broken(id, undefined, 'no answer in time');
      return comeAgain();
    }
    if ('error' in settled) {
      this.#warnings.broken(id, settled.error);
      return fixedAnswer(500);
    }
    const reading = readReading(settled.value);
    if (reading === undefined) {
      this.#warnings.broken(id, undefined, 'the answer is no reading');
      return fixedAnswer(500);
    }
    if (reading.outcome === 'verified') return this.#store(id, reading, deadline);
    this.#warnings.refused(id, reading.reason);
    return refusal(reading.reply);
  }

  async #store(
    id: string,
    { events, brokenEvents, reply }: PlainReading & { readonly outcome: 'verified' },
    deadline: Deadline,
  ): Promise<Response> {
    for (const event of events) {
      const stored = await within(deadline, () => this.#deps.sink(id, event));
      if ('value' in stored) continue;
      if ('late' in stored) this.#warnings.unstored(undefined, 'no answer in time');
      else this.#warnings.unstored(stored.error);
      return comeAgain();
    }
    // What could be read is stored, and the vendor repeats the rest: a provider that has been mended will read it.
    const answer = reply === undefined || brokenEvents > 0 ? undefined : answerOf(reply);
    if (answer !== undefined) return answer;
    this.#warnings.broken(id, undefined, brokenEvents > 0 ? 'an event is none' : 'the reply is none');
    return fixedAnswer(500);
  }
}
