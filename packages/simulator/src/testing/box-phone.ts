import type { BoxMessage, BoxReply, WireRequest } from '../control/contract.js';
import type { CallBox } from './call-box.js';

/** How long to wait, and for what. */
export interface PhoneWait {
  /** How long at most, in milliseconds of real time. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Only messages of this vendor: `mob`. Default: of any. */
  readonly vendor?: string | undefined;
}

/** A phone that a test holds in its hand. */
export interface BoxPhone {
  /** E.164. */
  readonly number: string;
  /**
   * The newest message that has not been returned here yet, or else the next one.
   *
   * @throws Error when the time is up: it says what the vendors were asked instead
   */
  message(wait?: PhoneWait): Promise<BoxMessage>;
  /**
   * The code in the newest message with one that has not been returned here yet, or else in the next one.
   *
   * @throws Error when the time is up: it says what the vendors were asked instead
   */
  code(wait?: PhoneWait): Promise<string>;
  /** Everything on the phone, oldest first. */
  messages(): Promise<readonly BoxMessage[]>;
  /**
   * Writes back: `STOP`. Resolves once the app's webhook has been called.
   *
   * @param messageId the message that is answered. Default: the newest whose vendor hands replies on
   * @throws Error if no vendor that wrote to the phone does
   */
  reply(text: string, messageId?: string): Promise<BoxReply>;
}

const defaultTimeoutMs = 5_000;
/** The longest that one call waits: no proxy and no client gives up so soon. */
const longestCallMs = 20_000;

/** Where a box is, and how often it was reset: its ids begin anew then. */
export interface BoxAddress {
  readonly url: string;
  readonly call: CallBox;
  resets(): number;
}

/** @param seen the message up to which everything counts as returned */
export function phoneIn(box: BoxAddress, number: string, seen?: string): BoxPhone {
  const { call } = box;
  let resets = box.resets();
  const path = `/api/phones/${encodeURIComponent(number)}`;
  let last = seen;
  const messages = (query: Record<string, string | undefined>) => {
    const given = Object.entries({ to: number, ...query }).filter((entry): entry is [string, string] => !!entry[1]);
    return call<readonly BoxMessage[]>('GET', `/api/messages?${new URLSearchParams(given)}`);
  };
  const next = async (
    { timeoutMs = defaultTimeoutMs, vendor }: PhoneWait,
    what: string,
    isWanted: (message: BoxMessage) => boolean,
  ): Promise<BoxMessage> => {
    const end = performance.now() + timeoutMs;
    for (let leftMs = timeoutMs; ; leftMs = end - performance.now()) {
      const wait = String(Math.ceil(Math.max(0, Math.min(leftMs, longestCallMs))));
      if (resets !== box.resets()) [last, resets] = [undefined, box.resets()];
      const found = await messages({ after: last, vendor, wait });
      last = found.at(-1)?.id ?? last;
      const wanted = found.findLast(isWanted);
      if (wanted !== undefined) return wanted;
      if (performance.now() >= end) throw new Error(await tooLate(box, number, what, timeoutMs));
    }
  };
  return {
    number,
    message: (wait = {}) => next(wait, 'message', () => true),
    async code(wait = {}) {
      const { code = '' } = await next(wait, 'message with a code', (message) => message.code !== undefined);
      return code;
    },
    messages: () => messages({}),
    reply: (text, messageId) => call('POST', `${path}/replies`, { text, messageId }),
  };
}

async function tooLate({ url, call }: BoxAddress, number: string, what: string, timeoutMs: number): Promise<string> {
  const [request] = await call<readonly WireRequest[]>('GET', '/api/requests?limit=1');
  const hint =
    request === undefined
      ? `Nobody has asked a vendor for anything: does the app call the addresses that ${url}/api/vendors lists?`
      : `The last request, to ${request.vendor}, was answered ${answerOf(request)}; ${url}/#/requests shows all.`;
  return `No new ${what} came to the phone that ends in ${number.slice(-4)} within ${timeoutMs} ms. ${hint}`;
}

function answerOf({ status, answerName, fault }: WireRequest): string {
  const name = answerName === undefined ? '' : ` (${answerName})`;
  return `${status}${name}${fault === undefined ? '' : ` by the fault ${fault}`}`;
}
