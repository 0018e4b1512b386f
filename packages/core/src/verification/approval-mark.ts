import { createHash } from 'node:crypto';
import type { SubjectState } from './verification-store.js';

/** Characters of an id without a mark, and of a mark: 48 bits. */
export const idLength = 44;
export const markLength = 8;

/**
 * The latest approval of a subject, as a few characters. Ids that are made for the other subject of the phone and
 * purpose end with these. When the subject has a newer approval, such an id is outdated. This needs no clock, and also
 * shows an approval whose process has not yet ended the codes of the other subject.
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
