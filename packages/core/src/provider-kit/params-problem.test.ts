import { expect, it } from 'vitest';
import { paramsProblem } from './params-problem.js';

const names = { form: /^[a-z]{1,4}$/, expected: 'is no name of a variable' };
const param = (name: unknown, value: unknown = 'x') => ({ name, value }) as { name: string; value: string };

it.each([
  [[param('', 'x')], 'is no name of a variable'],
  [[param('abcde')], 'is no name of a variable'],
  [[param(7)], 'is no name of a variable'],
  [[param('a'), param('a')], 'is given twice'],
  [[param('a', '')], 'must be a text, and not empty'],
  [[param('a', 7)], 'must be a text, and not empty'],
  [[param('a', 'x\ud83d')], 'is not well-formed text'],
  ['a=b' as never, 'must be a list of names and values'],
])('%j is refused', (params, said) => {
  expect(paramsProblem(params, names)).toContain(said);
});

it('nothing is wrong with names and values that fit, and without any', () => {
  expect(paramsProblem([param('a', '👍'), param('b')], names)).toBeUndefined();
  expect(paramsProblem([], names)).toBeUndefined();
});

it('of values that go by their position the names are not judged, but everything else is', () => {
  expect(paramsProblem([param('any name at all'), param('')])).toBeUndefined();
  expect(paramsProblem([param('a', '')])).toContain('must be a text, and not empty');
  expect(paramsProblem([param('a', 'x\ud83d')])).toContain('is not well-formed text');
  expect(paramsProblem([param('a'), param('a')])).toContain('is given twice');
});
