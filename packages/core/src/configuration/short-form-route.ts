import { didYouMean } from '../provider-kit/unknown-names.js';
import { numberOrText } from './env-overrides.js';
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
  const route = { providers: providers.filter(({ off }) => !off).map(({ id }) => id) };
  const isWeighted = strategy === 'weighted';
  if (isWeighted && weights === undefined) {
    problems.add('POLYSMS_WEIGHTS', 'is not set; the strategy weighted needs it: mob=3,aliyun=1');
    return route;
  }
  if (!isWeighted && weights !== undefined) {
    problems.add('POLYSMS_WEIGHTS', 'belongs to the strategy weighted; set POLYSMS_STRATEGY=weighted, or unset this');
  }
  if (!isWeighted || weights === undefined) return strategy === undefined ? route : { ...route, strategy };
  const parsed = parseWeights(weights, providers, problems);
  return parsed === undefined ? route : { ...route, strategy, weights: parsed };
}

/** Undefined if a part of the list is wrong; the others would then be called incomplete. */
function parseWeights(list: string, providers: readonly ShortFormProvider[], problems: Problems) {
  let isGood = true;
  const weights = new Map<string, number | string>();
  for (const [index, item] of list.split(',').entries()) {
    const refuse = (problem: string) => {
      isGood = false;
      problems.add(`POLYSMS_WEIGHTS.${index}`, problem);
    };
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
  return isGood ? Object.fromEntries(weights) : undefined;
}
