import { inspect } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

const schema = v.strictObject({
  appKey: v.string('must be a string'),
  limit: v.optional(v.number('must be a number'), 3),
  nested: v.optional(v.object({ port: v.number() })),
});

describe('options of a provider', () => {
  it('come back with their defaults', () => {
    expect(parseOptions('acme()', schema, { appKey: 'k' })).toEqual({ appKey: 'k', limit: 3 });
  });

  it('that are wrong give one error that names the function and every field', () => {
    expect(() => parseOptions('acme()', schema, { limit: 'x', nested: { port: 'y' } })).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        outcome: 'not-sent',
        message: expect.stringMatching(/^acme\(\): .*appKey.*; limit: must be a number; nested\.port: /),
      }),
    );
  });

  it('that are misspelt are named', () => {
    expect(() => parseOptions('acme()', schema, { appKey: 'k', appkey: 'k' })).toThrow(/appkey/);
  });

  it('are never repeated, since one may be a credential in the wrong place', () => {
    const options = { appKey: 'canary', limit: 'hunter22', nested: { port: 'swordfish' } };
    try {
      parseOptions('acme()', schema, options);
      expect.unreachable();
    } catch (error) {
      const shown = inspect(error, { depth: 9, showHidden: true });
      expect(shown).toContain('nested.port');
      for (const value of ['canary', 'hunter22', 'swordfish']) expect(shown).not.toContain(value);
    }
  });

  it('that a schema cannot read at all are refused without repeating it', () => {
    const throwing = v.pipe(
      v.any(),
      v.check(() => {
        throw new Error('bad swordfish');
      }),
    );
    expect(() => parseOptions('acme()', throwing, { key: 'swordfish' })).toThrow(
      /^acme\(\): the options could not be read/,
    );
  });

  it('that are nested very deeply are refused like others', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 20_000; depth += 1) deep = { deep };
    expect(() => parseOptions('acme()', schema, { appKey: deep })).toThrow(/appKey: must be a string/);
  });

  it.each([undefined, null, 'options', 7])('that are no object (%j) are refused', (options) => {
    expect(() => parseOptions('acme()', schema, options)).toThrow(/^acme\(\): /);
  });

  it('with a schema that is asynchronous are refused', () => {
    const asynchronous = v.objectAsync({
      appKey: v.pipeAsync(
        v.string(),
        v.checkAsync(async () => true),
      ),
    });
    expect(() => parseOptions('acme()', asynchronous, { appKey: 'k' })).toThrow(/synchronous/);
  });
});
