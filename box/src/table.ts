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
    ...(vendors.some((vendor) => vendor.url.startsWith('https:')) ? certificate(url) : []),
    '',
    ...lines,
    '',
  ].join('\n');
}

/** The lines below are of no use to whoever does not trust the vendors. */
function certificate(url: string): readonly string[] {
  return [`certificate  curl -s ${url}/api/certificate > box.pem`, '             NODE_EXTRA_CA_CERTS=box.pem node …'];
}

function rowOf({ title, url, sdk }: Simulator['vendors'][number]): readonly string[] {
  return [title, url, sdk];
}
