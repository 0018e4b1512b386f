import * as v from 'valibot';
import { isPlainObject } from './config-values.js';
import { didYouMean } from './nearest-name.js';

/** One setting inside a value, for an issue of Valibot. */
export function issuePath(input: Record<string, unknown>, keys: readonly (string | number)[]): [v.ObjectPathItem] {
  // Valibot shows a path by its keys alone; the values on the way are of no use to a configuration.
  const items = keys.map((key) => ({ type: 'object', origin: 'value', input, key: String(key), value: undefined }));
  return items as [v.ObjectPathItem];
}

/** An object with these settings and no others. Every unknown one is named, with the one that was probably meant. */
export function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  // Lazy, to see the input: what v.object hands on no longer has the unknown keys.
  return v.lazy((input) =>
    v.pipe(
      v.custom<Record<string, unknown>>(isPlainObject, 'must be an object'),
      v.object(entries, 'is missing'),
      v.rawCheck(({ addIssue }) => {
        if (!isPlainObject(input)) return;
        for (const key of Object.keys(input)) {
          if (Object.hasOwn(entries, key)) continue;
          const suggestion = didYouMean(key, known) || `; the settings here are ${known.join(', ')}`;
          addIssue({ message: `is not a setting${suggestion}`, path: issuePath(input, [key]) });
        }
      }),
    ),
  );
}
