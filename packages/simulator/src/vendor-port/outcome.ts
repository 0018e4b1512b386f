import type { OpenDialect, VendorAnswer, VendorRequest } from '../dialect.js';
import type { FaultMoment, RequestFault } from '../faults/faults.js';

/** How a connection ends without an answer. */
type End = 'drop' | 'reset' | 'hang';

/** What is done with a request once its body has been read. */
export type Treatment =
  | { readonly kind: 'reply'; readonly answer: VendorAnswer; readonly delayMs: number }
  | { readonly kind: 'end'; readonly how: End }
  /** Half of the body is written first. */
  | { readonly kind: 'cut-off'; readonly answer: VendorAnswer; readonly how: End };

/** A treatment, and what the record says about it. */
export interface Outcome {
  readonly treatment: Treatment;
  readonly processed: boolean;
  /** The vendor's own answer; undefined if a fault kept it from the caller. */
  readonly answer: VendorAnswer | undefined;
}

/** What {@link outcomeOf} needs. */
export interface Asked {
  readonly fault: RequestFault | undefined;
  readonly request: VendorRequest;
  readonly endpoint: string;
  readonly dialect: OpenDialect;
  /** Has the vendor act on the request; called once or never. */
  process(): Promise<VendorAnswer> | VendorAnswer;
}

const gatewayPage =
  '<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

/** Decides what a request gets. */
export async function outcomeOf(asked: Asked): Promise<Outcome> {
  const { fault, dialect, request, endpoint, process } = asked;
  if (fault === undefined) return answered(await process(), true);
  switch (fault.kind) {
    case 'drop':
    case 'reset':
    case 'hang':
      return cutOff(fault.kind, fault.when, process);
    case 'delay':
      return answered(await process(), true, fault.delayMs);
    case 'content-type':
      return answered({ ...(await process()), contentType: fault.contentType }, true);
    case 'truncated': {
      const answer = await process();
      const characters = [...answer.body];
      return replaced({ ...answer, body: characters.slice(0, Math.ceil(characters.length / 2)).join('') }, true);
    }
    case 'answer':
      return answered(dialect.answerAs(fault.name, request), false);
    case 'status':
      return answered(dialect.answerAs(String(fault.status), request, fault.error), false);
    case 'rate-limit':
    case 'balance':
      return answered(dialect.answerAs(dialect.commonAnswer(fault.kind, endpoint), request), false);
    case 'html':
    case 'http': {
      const processed = fault.processed === true;
      if (processed) await process();
      const page =
        fault.kind === 'http'
          ? {
              status: fault.httpStatus,
              contentType: fault.contentType,
              headers: fault.headers,
              body: fault.body ?? '',
            }
          : { status: fault.httpStatus ?? 502, contentType: 'text/html; charset=utf-8', body: gatewayPage };
      return replaced(page, processed);
    }
  }
}

function answered(answer: VendorAnswer, processed: boolean, delayMs = 0): Outcome {
  return { treatment: { kind: 'reply', answer, delayMs }, processed, answer };
}

/** Something else than the vendor's answer is written. */
function replaced(answer: VendorAnswer, processed: boolean): Outcome {
  return { treatment: { kind: 'reply', answer, delayMs: 0 }, processed, answer: undefined };
}

async function cutOff(how: End, when: FaultMoment, process: Asked['process']): Promise<Outcome> {
  switch (when) {
    case 'before-reading':
    case 'after-reading':
      return { treatment: { kind: 'end', how }, processed: false, answer: undefined };
    case 'after-processing':
      await process();
      return { treatment: { kind: 'end', how }, processed: true, answer: undefined };
    case 'while-answering':
      return { treatment: { kind: 'cut-off', how, answer: await process() }, processed: true, answer: undefined };
  }
}
