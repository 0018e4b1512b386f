import type { FaultEntry, ShownFault } from '../../../control/contract.js';
import { type FaultOption, faultGroups } from './fault-options.js';

/** Whether a fault is the one that a person can switch on here. */
export function isOf({ kind, processed = false }: FaultOption, fault: ShownFault): boolean {
  return fault.kind === kind && ('processed' in fault && fault.processed === true) === processed;
}

/** A fault that is on, in words: how it is called, and with what. */
export function faultWords({ fault }: FaultEntry): string {
  const { kind, ...given } = fault;
  const { processed: _, headers, bodyBytes, ...parameters } = { processed: false, headers: {}, bodyBytes: 0, ...given };
  const headerLines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const option = faultGroups.flatMap(({ options }) => options).find((each) => isOf(each, fault));
  const title = option?.title ?? (kind === 'answer' || kind === 'status' ? 'Status' : kind);
  return [title, ...Object.values(parameters), ...headerLines, bodyBytes ? `${bodyBytes} bytes` : []]
    .flat()
    .join(' · ');
}

/** How often a fault still strikes, in words. */
export function oftenWords({ when: { probability, after }, left }: FaultEntry): string {
  const share = probability !== undefined && probability < 1 ? `${Math.round(probability * 100)} %` : undefined;
  const often = left === null ? (share ?? 'every time') : [`${left} more`, share].filter(Boolean).join(' at ');
  return after === undefined || after === 0 ? often : `${often}, after ${after}`;
}
