// Prints the file of every module that importing the given specifier loads, ES and CommonJS alike.
import { writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(1, url + '\\n');
    return next(url, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
await import(process.argv[2]);
for (const file of Object.keys(createRequire(import.meta.url).cache)) writeSync(1, `${file}\n`);
