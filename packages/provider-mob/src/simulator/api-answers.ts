import type { Verdict } from './endpoints.js';
import type { FaultMoment, RequestFault } from './faults.js';

/** An HTTP answer, ready to be written. */
export interface Reply {
  readonly httpStatus: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** What is done with a request once its body has been read. */
export type Treatment =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly delayMs: number }
  | { readonly kind: 'end'; readonly how: 'drop' | 'reset' | 'hang' }
  /** Half of the body is written first. */
  | { readonly kind: 'cut-off'; readonly reply: Reply; readonly how: 'drop' | 'reset' | 'hang' };

/** A treatment, and what the ledger says about it. */
export interface Outcome {
  readonly treatment: Treatment;
  readonly processed: boolean;
  readonly status: number | 'none';
}

/** Mob's own content type, as on the one captured reply. */
const mobContentType = 'text/plain; charset=utf-8';

/**
 * Decides what a request gets.
 *
 * @param process has Mob act on the request; called once or never
 */
export function outcomeOf(fault: RequestFault | undefined, process: () => Verdict): Outcome {
  if (fault === undefined) return answered(process(), true);
  switch (fault.kind) {
    case 'drop':
    case 'reset':
    case 'hang':
      return cutOff(fault.kind, fault.when, process);
    case 'delay':
      return answered(process(), true, { delayMs: fault.delayMs });
    case 'content-type':
      return answered(process(), true, { contentType: fault.contentType });
    case 'status':
      return answered({ status: fault.status, error: fault.error }, false);
    case 'http': {
      const processed = fault.processed === true;
      if (processed) process();
      const reply = { httpStatus: fault.httpStatus, contentType: fault.contentType, body: fault.body ?? '' };
      return { treatment: { kind: 'reply', reply, delayMs: 0 }, processed, status: 'none' };
    }
  }
}

function answered(
  verdict: Verdict,
  processed: boolean,
  changes: { readonly delayMs?: number; readonly contentType?: string | undefined } = {},
): Outcome {
  const reply = { ...replyOf(verdict), ...('contentType' in changes ? { contentType: changes.contentType } : {}) };
  return { treatment: { kind: 'reply', reply, delayMs: changes.delayMs ?? 0 }, processed, status: verdict.status };
}

function cutOff(how: 'drop' | 'reset' | 'hang', when: FaultMoment, process: () => Verdict): Outcome {
  switch (when) {
    case 'before-reading':
    case 'after-reading':
      return { treatment: { kind: 'end', how }, processed: false, status: 'none' };
    case 'after-processing':
      process();
      return { treatment: { kind: 'end', how }, processed: true, status: 'none' };
    case 'while-answering':
      return { treatment: { kind: 'cut-off', how, reply: replyOf(process()) }, processed: true, status: 'none' };
  }
}

function replyOf(verdict: Verdict): Reply {
  return { httpStatus: 200, contentType: mobContentType, body: JSON.stringify(verdict) };
}
