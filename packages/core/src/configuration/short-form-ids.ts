import { listOfNames } from '../errors/shown-name.js';
import { didYouMean } from '../provider-kit/unknown-names.js';
import type { Problems } from './problems.js';
import { prefixOf } from './variables.js';

/** One entry of `POLYSMS_PROVIDERS`. */
export interface ShortFormProvider {
  readonly id: string;
  readonly type: string;
  /** What its variables begin with: `POLYSMS_MOB_BACKUP_`. */
  readonly prefix: string;
  /** Written with a minus in front: not in use now, but its variables may stay. */
  readonly off: boolean;
}

const pattern =
  /^(?<minus>-?)(?<id>(?=[^:]{1,64}(?::|$))[A-Za-z][A-Za-z\d]*(?:[._-][A-Za-z\d]+)*)(?::(?<type>[^:]+))?$/;

/**
 * Reads `mob,mob-backup,-mock,main:mob`. Problems name the place in the list, never what is written there.
 *
 * @param types the names of the factories
 * @param reserved variables with a meaning of their own, which no provider's may be mixed up with
 */
export function parseShortFormIds(
  list: string,
  types: readonly string[],
  reserved: readonly string[],
  problems: Problems,
): readonly ShortFormProvider[] {
  const providers: ShortFormProvider[] = [];
  for (const [index, item] of list.split(',').entries()) {
    const refuse = (problem: string) => problems.add(`POLYSMS_PROVIDERS.${index}`, problem);
    const { id, type = defaultType(id ?? '', types), minus } = pattern.exec(item.trim())?.groups ?? {};
    if (id === undefined) {
      refuse('must be an id of letters and digits, such as mob or mob-backup, or id:type');
      continue;
    }
    const prefix = prefixOf(id);
    const mixedUp = reserved.find((variable) => variable.startsWith(prefix));
    if (mixedUp !== undefined) refuse(`its variables would begin like ${mixedUp}; give it another id`);
    else if (providers.some((other) => other.prefix === prefix)) refuse('is there twice, or differs in signs only');
    else if (type === undefined || !types.includes(type)) refuse(typeProblem(type ?? id, types));
    else providers.push({ id, type, prefix, off: minus === '-' });
  }
  if (!problems.any && providers.every(({ off }) => off)) {
    problems.add('POLYSMS_PROVIDERS', 'must name a provider without a minus in front');
  }
  return providers;
}

/** The longest beginning that is a factory: `mob-backup` is a `mob`. */
function defaultType(id: string, types: readonly string[]): string | undefined {
  for (let name = id; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('-')))) {
    if (types.includes(name)) return name;
  }
  return undefined;
}

function typeProblem(name: string, types: readonly string[]): string {
  const suggestion = didYouMean(name, types) || didYouMean(name.split('-', 1)[0] ?? '', types);
  return `must begin with the name of a factory, or be id:type; the factories are ${listOfNames(types)}${suggestion}`;
}
