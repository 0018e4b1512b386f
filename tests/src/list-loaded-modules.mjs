// Writes the file of every module that importing the given specifier loads, ES and CommonJS alike, to the given file.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const [, , specifier, list] = process.argv;
const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    appendFileSync(${JSON.stringify(list)}, url + '\\n');
    return next(url, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
await import(specifier);
for (const file of Object.keys(createRequire(import.meta.url).cache)) appendFileSync(list, `${file}\n`);
