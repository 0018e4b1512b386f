import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { accountId, credential, matching, milliseconds, together } from './option-parts.js';
import { parseOptions } from './options.js';

const fields = v.strictObject({
  id: accountId('acme'),
  key: v.optional(credential('the key')),
  region: v.optional(matching(/^[a-z]+$/, 'must be a region')),
  lifetimeMs: v.optional(milliseconds(), 5_000),
});
const schema = v.pipe(
  fields,
  together<v.InferOutput<typeof fields>>(({ key, region }) =>
    region !== undefined && key === undefined ? [['key', 'is missing; a region wants it']] : [],
  ),
);

const parse = (options: object) => parseOptions('acme()', schema, options);

describe('the parts of options', () => {
  it('fill in their defaults', () => {
    expect(parse({})).toEqual({ id: 'acme', lifetimeMs: 5_000 });
  });

  it.each([
    [{ id: 'a b' }, 'id: must be 1 to 64 letters, digits, dots, dashes or underscores'],
    [{ id: 7 }, 'id: must be a string'],
    [{ key: 'with space' }, 'key: must be the key, a string without spaces'],
    [{ key: '' }, 'key: must be the key, a string without spaces'],
    [{ region: 'EU' }, 'region: must be a region'],
    [{ lifetimeMs: 0 }, 'lifetimeMs: must be a whole number of milliseconds, at least 1'],
    [{ lifetimeMs: 2 ** 31 }, 'lifetimeMs: must be a whole number of milliseconds, at least 1'],
    [{ region: 'eu' }, 'key: is missing; a region wants it'],
  ])('refuse %j, each by its name', (options, said) => {
    expect(() => parse(options)).toThrow(`acme(): ${said}`);
  });

  it('are checked together as soon as each is of its type, so that all is told at once', () => {
    expect(() => parse({ region: 'EU' })).toThrow('region: must be a region; key: is missing; a region wants it');
    expect(() => parse({ region: 7 })).toThrow(/region: must be a region$/);
  });
});
