import { describe, expect, it } from 'vitest';
import type { TemplateMessage } from '../contract/messages.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { templateProblem } from './template-problem.js';

const message = {
  kind: 'template',
  id: 'message-1',
  to: parsePhoneNumber('+8613800138000'),
  template: 'order',
} as const;
const problemOf = (changes: object) => templateProblem({ ...message, params: [], ...changes } as TemplateMessage);
const param = (name: unknown, value: unknown = 'secret-value') => ({ params: [{ name, value }] });

describe('templateProblem()', () => {
  it('finds nothing wrong with values of any characters, and with none', () => {
    expect(problemOf({})).toBeUndefined();
    expect(problemOf(param('order', '中文 😀 a&b=c'))).toBeUndefined();
  });

  it.each([
    [{ template: ' ' }, 'template:'],
    [{ template: undefined }, 'template:'],
    [{ params: 'order' }, 'params: must be a list'],
    [param(''), 'has no name'],
    [param(7), 'has no name'],
    [{ params: [...param('order').params, ...param('order').params] }, 'order is given twice'],
    [param('order', 42), 'the value of order is not a string'],
    [param('order', 'secret-value\ud83d'), 'the value of order holds half a character'],
  ])('says what is wrong with %j', (changes, words) => {
    expect(problemOf(changes)).toContain(words);
    expect(problemOf(changes)).not.toContain('secret-value');
  });
});
