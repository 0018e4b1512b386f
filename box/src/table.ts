import type { Simulator } from '@polysms/simulator';

/** What a person reads at the start: where everything is. */
export function table({ url, vendors }: Pick<Simulator, 'url' | 'vendors'>): string {
  const rows = [['vendor', 'address', 'the line that points an SDK there'], ...vendors.map(rowOf)];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [
    'SMS in a box: every message stays on this machine.',
    '',
    `page         ${url}`,
    `control API  ${url}/api`,
    '',
    ...lines,
    '',
  ].join('\n');
}

function rowOf({ title, url, sdk }: Simulator['vendors'][number]): readonly string[] {
  return [title, url, sdk];
}
