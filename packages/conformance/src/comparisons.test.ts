import crypto, { createHmac, timingSafeEqual, verify, webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countComparisons } from './comparisons.js';
import { turnEventLoop } from './turns.js';

const bytes = Buffer.from('12345678');
const keys = crypto.generateKeyPairSync('ed25519');

describe('countComparisons()', () => {
  it('counts comparisons in constant time, also those of named imports', async () => {
    const { value, comparisons } = await countComparisons(async () => {
      await turnEventLoop();
      crypto.timingSafeEqual(bytes, bytes);
      return timingSafeEqual(bytes, Buffer.from('12345679'));
    });
    expect({ value, comparisons }).toEqual({ value: false, comparisons: 2 });
  });

  it('counts verifications by a public key, and by a key of the web', async () => {
    const key = await webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    const { comparisons } = await countComparisons(async () => {
      verify(null, bytes, keys.publicKey, Buffer.alloc(64));
      await webcrypto.subtle.verify('HMAC', key, Buffer.alloc(32), bytes);
    });
    expect(comparisons).toBe(2);
  });

  it('counts nothing else', async () => {
    const { comparisons } = await countComparisons(
      async () => createHmac('sha256', bytes).update(bytes).digest('hex') === String(bytes),
    );
    expect(comparisons).toBe(0);
  });

  it('counts for each of several at once what is its own', async () => {
    const counts = await Promise.all(
      [0, 1, 2].map((wanted) =>
        countComparisons(async () => {
          await turnEventLoop(3 - wanted);
          for (let index = 0; index < wanted; index += 1) timingSafeEqual(bytes, bytes);
          await turnEventLoop(wanted);
        }),
      ),
    );
    expect(counts.map(({ comparisons }) => comparisons)).toEqual([0, 1, 2]);
  });

  it('puts everything back, also after a failure', async () => {
    const before = [crypto.timingSafeEqual, crypto.verify, crypto.Verify.prototype.verify, webcrypto.subtle.verify];
    await expect(countComparisons(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    const after = [crypto.timingSafeEqual, crypto.verify, crypto.Verify.prototype.verify, webcrypto.subtle.verify];
    expect(after).toEqual(before);
    expect(Object.is(after[0], before[0])).toBe(true);
  });
});
