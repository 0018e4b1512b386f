import { createHash } from 'node:crypto';
import type { SubjectState } from './verification-store.js';

/** Characters of an id without a mark, and of a mark: 48 bits. */
export const idLength = 44;
export const markLength = 8;

/**
 * The latest approval that is remembered of a subject, as a few characters at the end of ids that are made for the
 * other subject of the phone and purpose: what has been approved since then ends these. It needs no clock, and
 * approvals that another process has just made, and has not ended the others for yet, are seen as well.
 */
export function approvalMark({ challenges }: SubjectState): string {
  const latest = challenges.findLast(({ state }) => state === 'approved')?.id ?? '';
  return createHash('sha256').update(latest).digest('base64url').slice(0, markLength);
}

/** Whether a code of the other subject has been approved since an id was made. */
export function isOutdated(id: string, other: SubjectState): boolean {
  if (id.length === idLength || !hasApproval(other)) return false;
  return id.slice(idLength) !== approvalMark(other);
}

/** Whether a code of a subject has been approved between two looks at it. */
export function hasNewApproval(before: SubjectState, after: SubjectState): boolean {
  return hasApproval(after) && approvalMark(after) !== approvalMark(before);
}

function hasApproval({ challenges }: SubjectState): boolean {
  return challenges.some(({ state }) => state === 'approved');
}
