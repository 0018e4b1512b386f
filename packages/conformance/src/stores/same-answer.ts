import { isDeepStrictEqual } from 'node:util';

/**
 * Whether a store answered what was expected. A field that is undefined is like one that is absent. The fields that
 * end in `Ms` are times until something ends: they may be less by what the clock went on.
 */
export function sameAnswer(actual: unknown, expected: unknown, slackMs: number): boolean {
  return isDeepStrictEqual(comparable(actual, expected, slackMs), comparable(expected, expected, 0));
}

function comparable(value: unknown, expected: unknown, slackMs: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) =>
      comparable(each, Array.isArray(expected) ? expected[index] : undefined, slackMs),
    );
  }
  const fields: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const other = fieldOf(expected, name);
    fields[name] = name.endsWith('Ms') && isWithin(each, other, slackMs) ? other : comparable(each, other, slackMs);
  }
  return fields;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isWithin(actual: unknown, expected: unknown, slackMs: number): boolean {
  return (
    typeof actual === 'number' && typeof expected === 'number' && actual <= expected && actual >= expected - slackMs
  );
}
