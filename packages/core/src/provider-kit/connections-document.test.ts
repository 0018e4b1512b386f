import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectionOptions } from './http-transport-options.js';

it('docs/connections.md has each option of a connection in its table, and no other', () => {
  const text = readFileSync(new URL('../../../../docs/connections.md', import.meta.url), 'utf8');
  const [table = ''] = /^\| option \| default \|.*?\n\n/ms.exec(text) ?? [];
  const cells = [...table.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
  const names = cells.flatMap((cell) => cell.split(', ')).map((name) => name.replaceAll('`', ''));
  expect(names.sort()).toEqual(Object.keys(connectionOptions).sort());
});
