// Writes which module each module loads, for all that importing the given specifiers loads, ES and CommonJS alike, to the
// given file: a line of JSON for each, the file that loads before the file that is loaded.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const [, , list, ...specifiers] = process.argv;
const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    const pair = [context.parentURL === ${JSON.stringify(import.meta.url)} ? specifier : context.parentURL, resolved.url];
    appendFileSync(${JSON.stringify(list)}, JSON.stringify(pair) + '\\n');
    return resolved;
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
for (const specifier of specifiers) await import(specifier);
for (const { filename, children } of Object.values(createRequire(import.meta.url).cache)) {
  for (const child of children) appendFileSync(list, `${JSON.stringify([filename, child.filename])}\n`);
}
