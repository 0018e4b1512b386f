import { BoundedMap } from '@polysms/simulator';

interface Issued {
  readonly code: string;
  readonly expiresAt: number;
  readonly sentAt: number;
}

/** The codes that are alive, by phone and scheme. */
export type CodeBook = BoundedMap<readonly Issued[]>;

export function newCodeBook(): CodeBook {
  return new BoundedMap(100_000);
}
