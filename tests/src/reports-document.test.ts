import { reportedStates, undeliveredReasons } from '@polysms/core/provider-kit';
import { expect, it } from 'vitest';
import { namesIn, section, sorted } from './document-tables.js';

const text = section('docs/reports.md', '## Where a message stands');

it('docs/reports.md has a row for every state', () => {
  const ours = ['sending', 'accepted', 'unknown', 'refused', 'not-sent'];
  expect(sorted(namesIn(text, '`state`'))).toEqual(sorted([...ours, ...reportedStates]));
});

it('docs/reports.md has a row for every reason', () => {
  expect(sorted(namesIn(text, '`reason`'))).toEqual(sorted(undeliveredReasons));
});
