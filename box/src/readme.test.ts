import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type ApiList, type Simulator, startSimulator } from '@polysms/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { dialects } from './dialects.js';

const readme = await readFile(new URL('../../packages/simulator/README.md', import.meta.url), 'utf8');

async function startBox(): Promise<Simulator> {
  const box = await startSimulator({ dialects, seed: 1 });
  onTestFinished(() => box.close());
  return box;
}

/** Runs a line of the README in a shell, against a box that is somewhere else; gives what it prints. */
async function run(box: Simulator, line: string): Promise<unknown> {
  const command = line
    .replace(/ #.*$/, '')
    .replaceAll('http://127.0.0.1:4600', box.url)
    .replaceAll('http://127.0.0.1:4601', box.urlOf('mob'))
    .replace('curl ', 'curl --show-error --noproxy "*" ');
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return JSON.parse(stdout);
}

test('README.md lists every endpoint, in the words of the list itself', async () => {
  const box = await startBox();
  const { endpoints } = (await (await fetch(`${box.url}/api`)).json()) as ApiList;
  const documented = [...readme.matchAll(/^\| `((?:GET|POST|DELETE) \/api\S*)` \| (.+) \|$/gm)].map(
    ([, endpoint, what]) => ({ endpoint, what }),
  );
  const [first, ...rest] = endpoints.map(({ method, path, what }) => ({ endpoint: `${method} ${path}`, what }));
  expect(documented[0]?.endpoint).toBe(first?.endpoint);
  expect(documented.slice(1)).toEqual(rest);
});

test('README.md has every kind of fault, with its fields', async () => {
  const box = await startBox();
  const { faults } = (await (await fetch(`${box.url}/api`)).json()) as ApiList;
  const [, section = ''] = readme.split('## Faults');
  const [table = ''] = section.split('\n## ');
  const quoted = (cell = '') => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
  const documented = [...table.matchAll(/^\| (`.+?`) \|(.*?)\|/gm)].slice(1).flatMap(([, kinds, fields]) => {
    return quoted(kinds).map((kind) => ({ kind, fields: quoted(fields).sort() }));
  });
  const byKind = (a: { readonly kind: string }, b: { readonly kind: string }) => a.kind.localeCompare(b.kind);
  const expected = faults.map(({ kind, fields }) => ({ kind, fields: Object.keys(fields).sort() }));
  expect(documented.sort(byKind)).toEqual(expected.sort(byKind));
});

test('its curl lines do what they say, one after the other', async () => {
  const box = await startBox();
  const lines = readme.split('\n').filter((line) => line.startsWith('curl '));
  const printed: unknown[] = [];
  for (const line of lines) printed.push(await run(box, line));
  const message = { id: '1', vendor: 'mob', to: '+8613800138000', code: expect.stringMatching(/^\d{4}$/) };
  expect(printed).toMatchObject([
    { status: 200 },
    [message],
    { ...message, timeline: expect.any(Array), wire: [{ method: 'POST', path: '/sms/sendmsg' }] },
    { phone: '+8613800138000', conversation: [{ direction: 'in', message }] },
    { id: '1', left: 2 },
    { id: '2', left: null },
    [{ id: '1' }, { id: '2' }],
    { ok: true },
    { vendor: 'mob', settings: { balance: 0 } },
    { endpoint: 'sdk', to: '+8613800138000' },
    { mode: 'held', reportsTo: 'http://127.0.0.1:3000/webhooks' },
    [{ path: '/sms/sendmsg' }],
    { ok: true },
  ]);
});

test('every line of the list that the control API gives of itself reaches its endpoint', async () => {
  const box = await startBox();
  await fetch(`${box.urlOf('mob')}/sms/sendmsg`, { method: 'POST', body: 'appkey=any&zone=86&phone=13800138000' });
  const { endpoints } = (await (await fetch(`${box.url}/api`)).json()) as ApiList;
  // The stream has no end, a certificate is no JSON, and Mob neither reports nor hands on.
  const answered = endpoints.filter(({ path }) => !/events|certificate|reports$|replies|release/.test(path));
  for (const { curl } of answered) {
    const printed = await run(box, curl);
    expect([curl, printed]).not.toEqual([curl, expect.objectContaining({ error: expect.anything() })]);
    if (curl.includes("/api/faults' -d")) expect(printed).toMatchObject({ left: 2 });
  }
});

test('the statuses of Mob in README.md are those of its dialect, and each line makes Mob answer with its status', async () => {
  const box = await startBox();
  const answers = dialects.find(({ vendor }) => vendor === 'mob')?.answers ?? [];
  const line = (name: string) =>
    `curl -s http://127.0.0.1:4600/api/faults -d '{"vendor":"mob","fault":{"kind":"answer","name":"${name}"}}'`;
  const rows = answers.map(({ name, meaning }) => `| ${name} | ${meaning} | \`${line(name)}\` |`);
  expect(readme.split('\n').filter((row) => /^\| \d{3} \|/.test(row))).toEqual(rows);
  for (const { name, endpoints: [endpoint = ''] = [] } of answers) {
    await run(box, line(name));
    const answer = await fetch(`${box.urlOf('mob')}${endpoint}`, { method: 'POST', body: 'appkey=any' });
    expect(await answer.json()).toMatchObject({ status: Number(name) });
  }
  expect(box.messages).toEqual([]);
});
