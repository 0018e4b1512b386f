import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WireRequest } from '../../../control/contract.js';
import { GatheredNews, type News } from './gathered-news.js';

const request = (id: string) => ({ id }) as WireRequest;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('takes together what comes together, once', () => {
  const taken: News[] = [];
  const gathered = new GatheredNews((news) => taken.push(news));
  for (const id of ['1', '2', '3']) gathered.add('requests', request(id));
  expect(taken).toEqual([]);
  vi.runAllTimers();
  gathered.add('requests', request('4'));
  vi.runAllTimers();
  expect(taken.map(({ requests }) => requests.map(({ id }) => id))).toEqual([['1', '2', '3'], ['4']]);
});

it('takes at once when told so, and forgets when told so', () => {
  const taken: News[] = [];
  const gathered = new GatheredNews((news) => taken.push(news));
  gathered.add('requests', request('1'));
  gathered.flush();
  gathered.flush();
  expect(taken).toHaveLength(1);
  gathered.add('requests', request('2'));
  gathered.clear();
  vi.runAllTimers();
  expect(taken).toHaveLength(1);
});
