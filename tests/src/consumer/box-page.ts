import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.js';

const script = `
import { mobDialect } from '@polysms/provider-mob/simulator';
import { startSimulator } from '@polysms/simulator';

const box = await startSimulator({ dialects: [mobDialect()] });
const page = await (await fetch(box.url)).text();
const paths = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path);
for (const path of paths) {
  const { status } = await fetch(box.url + path);
  if (status !== 200) throw new Error(path + ' is answered ' + status);
}
console.log(paths.length);
await box.close();
`;

/** Starts a box, and loads its page: the files are found wherever a manager has put the packages that it consists of. */
export function checkBoxPage(project: string, node: string, manager: string): void {
  writeFileSync(join(project, 'box-page.mjs'), script);
  const count = Number(run(node, ['box-page.mjs'], project));
  if (!(count > 20)) throw new Error(`The page of the box has ${count} files only.`);
  console.log(`${manager}: the page of the box, ${count} files.`);
}
