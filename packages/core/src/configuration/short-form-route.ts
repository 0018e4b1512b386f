import { numberOrText } from './env-overrides.js';
import { didYouMean } from './nearest-name.js';
import type { Problems } from './problems.js';
import { type Environment, variableValue } from './resolve-references.js';
import type { ShortFormProvider } from './short-form-ids.js';

/** The route that `POLYSMS_STRATEGY` and `POLYSMS_WEIGHTS` describe; undefined without them. The schema checks it. */
export function shortFormRoute(
  env: Environment,
  providers: readonly ShortFormProvider[],
  problems: Problems,
): Readonly<Record<string, unknown>> | undefined {
  const strategy = variableValue(env, 'POLYSMS_STRATEGY')?.trim();
  const weights = variableValue(env, 'POLYSMS_WEIGHTS');
  if (strategy === undefined && weights === undefined) return undefined;
  if (strategy === 'weighted' && weights === undefined) {
    problems.add('POLYSMS_WEIGHTS', 'is not set; the strategy weighted needs it: mob=3,aliyun=1');
  }
  if (strategy !== 'weighted' && weights !== undefined) {
    problems.add('POLYSMS_WEIGHTS', 'belongs to the strategy weighted; set POLYSMS_STRATEGY=weighted, or unset this');
  }
  return {
    providers: providers.filter(({ off }) => !off).map(({ id }) => id),
    ...(strategy === undefined ? {} : { strategy }),
    ...(weights === undefined ? {} : { weights: parseWeights(weights, providers, problems) }),
  };
}

function parseWeights(list: string, providers: readonly ShortFormProvider[], problems: Problems) {
  const weights = new Map<string, number | string>();
  for (const [index, item] of list.split(',').entries()) {
    const refuse = (problem: string) => problems.add(`POLYSMS_WEIGHTS.${index}`, problem);
    const [id = '', weight, ...others] = item.split('=').map((part) => part.trim());
    const provider = providers.find((each) => each.id === id);
    if (weight === undefined || others.length > 0) refuse('must be a provider and its weight, such as mob=3');
    else if (provider === undefined) {
      const ids = providers.map((each) => each.id);
      refuse(`must begin with an id of POLYSMS_PROVIDERS${didYouMean(id, ids)}`);
    } else if (weights.has(id)) refuse('gives a provider a second weight');
    // A provider that is off keeps its weight for later.
    else if (!provider.off) weights.set(id, numberOrText(weight));
  }
  return Object.fromEntries(weights);
}
