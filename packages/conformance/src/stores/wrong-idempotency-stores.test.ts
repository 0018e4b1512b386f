import { MemoryIdempotencyStore, type StoredResult } from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

const wrongIdempotency: readonly WrongStore<'idempotency'>[] = [
  {
    name: 'reserves what it reserved while it looked',
    says: /exactly one of 100 callers/u,
    make: (clock) => {
      const looking = new Map<string, string>();
      return new (class extends MemoryIdempotencyStore {
        override async reserve(...call: Parameters<MemoryIdempotencyStore['reserve']>) {
          const reservation = await super.reserve(...call);
          if (reservation.state === 'reserved') {
            looking.set(call[0], reservation.token);
            setImmediate(() => looking.delete(call[0]));
          }
          const token = looking.get(call[0]);
          return token === undefined ? reservation : ({ state: 'reserved', token } as const);
        }
      })(clock);
    },
  },
  {
    name: 'lets anybody finish',
    says: /changes nothing for a token that is not that of the reservation/u,
    make: (clock) => {
      const tokens = new Map<string, string>();
      return new (class extends MemoryIdempotencyStore {
        override async reserve(...call: Parameters<MemoryIdempotencyStore['reserve']>) {
          const reservation = await super.reserve(...call);
          if (reservation.state === 'reserved') tokens.set(call[0], reservation.token);
          return reservation;
        }
        override finish(key: string, _: string, result: StoredResult, ttlMs: number) {
          return super.finish(key, tokens.get(key) ?? '', result, ttlMs);
        }
      })(clock);
    },
  },
  {
    name: 'keeps the lifetime of the reservation',
    says: /at the end of the lifetime that finish\(\) gave it/u,
    make: (clock) => {
      const ends = new Map<string, number>();
      return new (class extends MemoryIdempotencyStore {
        override reserve(...call: Parameters<MemoryIdempotencyStore['reserve']>) {
          ends.set(call[0], ends.get(call[0]) ?? clock.now() + call[2]);
          return super.reserve(...call);
        }
        override finish(key: string, token: string, result: StoredResult) {
          return super.finish(key, token, result, Math.max(1, (ends.get(key) ?? 0) - clock.now()));
        }
      })(clock);
    },
  },
  {
    name: 'cuts long keys',
    says: /tells keys apart that differ only at the end/u,
    make: (clock) =>
      new (class extends MemoryIdempotencyStore {
        override reserve(key: string, fingerprint: string, ttlMs: number) {
          return super.reserve(key.slice(0, 250), fingerprint, ttlMs);
        }
      })(clock),
  },
  {
    name: 'does not look at the content',
    says: /says conflict for other content/u,
    make: (clock) =>
      new (class extends MemoryIdempotencyStore {
        override reserve(key: string, _: string, ttlMs: number) {
          return super.reserve(key, '', ttlMs);
        }
      })(clock),
  },
];

describe('a wrong store of idempotency keys', () => describeWrongStores('idempotency', wrongIdempotency));
