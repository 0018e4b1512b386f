import { expect, test } from 'vitest';
import type { OpenDialect } from '../dialect.js';
import { call, callRaw, tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';
import type { ApiList } from './contract.js';

/** What a line for curl posts. */
function posted(curl: string): unknown {
  return JSON.parse(/ -d '(.*)'$/su.exec(curl)?.[1] ?? 'null');
}

/** The tiny vendor, with something to set and something of its own to call. */
function richer(more: Partial<OpenDialect>) {
  const dialect = {
    ...tinyDialect,
    open: (...world: Parameters<typeof tinyDialect.open>) => ({ ...tinyDialect.open(...world), ...more }),
  };
  return tinyBox({ dialects: [dialect] });
}

test('the list shows every kind of fault, with its fields and a line that switches it on', async () => {
  const box = await tinyBox();
  const { faults, when } = (await call(box, 'GET /api')) as ApiList;
  expect(faults.map(({ kind }) => kind)).toEqual([
    ...['drop', 'reset', 'hang', 'delay', 'http', 'html', 'truncated', 'content-type'],
    ...['answer', 'status', 'rate-limit', 'balance'],
    ...['report-lost', 'report-late', 'report-twice', 'reports-reversed', 'report-contradicted'],
  ]);
  expect(Object.keys(when)).toEqual(['after', 'times', 'probability', 'endpoint']);
  for (const { kind, fields, curl, vendors } of faults) {
    const { fault } = posted(curl) as { fault: Record<string, unknown> };
    expect(fault['kind']).toBe(kind);
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(fault).filter((name) => name !== 'kind')));
    // The statuses of the tiny vendor are no numbers.
    expect(vendors).toEqual(kind === 'status' ? [] : ['tiny']);
    const { status } = await callRaw(box, 'POST /api/faults', posted(curl));
    expect([kind, status]).toEqual([kind, kind === 'status' ? 400 : 200]);
  }
  expect(JSON.stringify(faults)).not.toContain('README');
});

test('what a field may be is said, and what it is if it is left out', async () => {
  const { faults } = (await call(await tinyBox(), 'GET /api')) as ApiList;
  const fieldsOf = (kind: string) => faults.find((each) => each.kind === kind)?.fields;
  expect(fieldsOf('hang')?.['when']).toBe('before-reading, after-reading, after-processing or while-answering');
  expect(fieldsOf('http')).toEqual({
    httpStatus: expect.any(String),
    ...{ body: expect.any(String), contentType: expect.any(String), headers: expect.any(String) },
    processed: expect.stringContaining('default false'),
  });
  expect(fieldsOf('answer')).toEqual({ name: expect.stringContaining('GET /api/vendors') });
});

test('its examples are of vendors in the box, and change nothing that is set', async () => {
  let settings: unknown = { text: 'it’s', most: 5 };
  const box = await richer({
    settings: {
      read: () => settings,
      configure: (changes) => {
        settings = { ...(settings as object), ...(changes as object) };
      },
    },
    calls: { dance: { what: 'Dances.', example: { steps: 2 }, run: (body) => ({ danced: body }) } },
  });
  const { endpoints } = (await call(box, 'GET /api')) as ApiList;
  const curlOf = (path: string) => endpoints.find((each) => each.path === path)?.curl ?? '';
  expect(curlOf('/api/vendors/:vendor/settings')).toBe(
    `curl -s '${box.url}/api/vendors/tiny/settings' -d '{"most":5}'`,
  );
  expect(curlOf('/api/vendors/:vendor/calls/:name')).toBe(
    `curl -s '${box.url}/api/vendors/tiny/calls/dance' -d '{"steps":2}'`,
  );
  expect(await call(box, 'POST /api/vendors/tiny/calls/dance', { steps: 2 })).toEqual({ danced: { steps: 2 } });
  expect(await call(box, 'GET /api/vendors')).toMatchObject([
    {
      endpoints: ['/messages'],
      calls: [{ name: 'dance', what: 'Dances.', example: { steps: 2 } }],
    },
  ]);
});
