import { setImmediate as nextTurn } from 'node:timers/promises';
import { SmsError } from '../../errors/sms-error.js';
import type { SendManyResult } from './send-many.js';

/** Why a message failed. */
export const refusal = new SmsError({ code: 'invalid_phone_number', outcome: 'refused', message: 'No such number.' });
/** Accepts at once. */
export const echo = async (request: number) => `r${request}`;

/** A sender whose messages settle when the test says so. */
export class ManualSender {
  readonly begun: number[] = [];
  readonly #settle = new Map<number, { resolve: (receipt: string) => void; reject: (error: unknown) => void }>();

  readonly send = (request: number): Promise<string> => {
    this.begun.push(request);
    return new Promise((resolve, reject) => this.#settle.set(request, { resolve, reject }));
  };

  accept(...requests: number[]): void {
    for (const request of requests) this.#settle.get(request)?.resolve(`r${request}`);
  }

  reject(request: number, error: unknown): void {
    this.#settle.get(request)?.reject(error);
  }
}

/** A source that counts how it is used. */
export function counted(length: number, throwsAt = -1) {
  const seen = { read: 0, closed: 0 };
  function* numbers() {
    try {
      for (let request = 0; request < length; request += 1) {
        if (request === throwsAt) throw new Error('source');
        seen.read += 1;
        yield request;
      }
    } finally {
      seen.closed += 1;
    }
  }
  return { seen, numbers };
}

/** One item in each turn of the event loop. */
export async function* slowly(numbers: Iterable<number>) {
  for (const number of numbers) {
    await nextTurn();
    yield number;
  }
}

/** Runs a batch to its end. */
export async function all<Request, Receipt>(batch: AsyncIterable<SendManyResult<Request, Receipt>>) {
  const results: SendManyResult<Request, Receipt>[] = [];
  for await (const result of batch) results.push(result);
  return results;
}

/** The places of results, in the order in which they came. */
export const indexes = (results: readonly SendManyResult<unknown, unknown>[]) => results.map(({ index }) => index);
