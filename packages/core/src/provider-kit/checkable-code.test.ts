import { expect, it } from 'vitest';
import { checkableCodeProblem } from './checkable-code.js';

it('shows a vendor every code that may be one', () => {
  for (const code of ['1', '123456', 'x'.repeat(32)]) expect(checkableCodeProblem(code)).toBeUndefined();
});

it.each([
  ['nothing', ''],
  ['a text without end', '1'.repeat(33)],
  ['no text', 123_456],
  ['nothing at all', undefined],
])('shows no vendor %s, and does not repeat it', (_, code) => {
  const problem = { outcome: 'not-sent', code: 'invalid_request', message: 'code: must have 1 to 32 characters' };
  expect(checkableCodeProblem(code)).toEqual(problem);
});
