import { describe, expect, it } from 'vitest';
import { safeParsePhoneNumber } from './parse.js';

describe('a number of a SIM card in a machine', () => {
  it.each([
    ['+8610646', 8, 'CN'],
    ['+8610647', 8, 'CN'],
    ['+8610648', 8, 'CN'],
    ['+8610649', 8, 'CN'],
    ['+861400', 9, 'CN'],
    ['+861410', 9, 'CN'],
    ['+861440', 9, 'CN'],
    ['+861441', 9, 'CN'],
    ['+3277', 11, 'BE'],
    ['+4537', 10, 'DK'],
    ['+3459', 11, 'ES'],
    ['+33700', 10, 'FR'],
    ['+91559', 10, 'IN'],
    ['+4758', 10, 'NO'],
    ['+4671', 11, 'SE'],
  ])('%s with %d digits behind it is of %s', (prefix, length, country) => {
    const e164 = prefix + '5'.repeat(length);
    expect(safeParsePhoneNumber(e164)).toMatchObject({ valid: true, phone: { e164, country } });
    expect(safeParsePhoneNumber(`${e164}5`)).toMatchObject({ valid: false, problem: 'too-long' });
  });

  it.each(['+8613800138000', '+8614800138000'])('%s of a person stays as long as it is', (e164) => {
    expect(safeParsePhoneNumber(e164).valid).toBe(true);
    expect(safeParsePhoneNumber(`${e164}00`)).toMatchObject({ valid: false, problem: 'too-long' });
  });

  it.each(['+861064512345678', '+8610648123456789', '+861450123456789', '+491064812345678'])(
    'is none of %s',
    (e164) => {
      const result = safeParsePhoneNumber(e164);
      if (result.valid) expect(result.phone.country).not.toBe('CN');
      else expect(result.problem).toBe('too-long');
    },
  );
});
