import * as v from 'valibot';
import type { SmsProvider } from '../contract/sms-provider.js';
import { listOfNames, shownName } from '../errors/shown-name.js';
import { configurationInvalid, parseOptions } from '../provider-kit/options.js';

const expected = 'must be a list of different provider ids';
const schema = v.object({
  order: v.pipe(
    v.array(v.string(expected), expected),
    v.check((ids) => new Set(ids).size === ids.length, expected),
  ),
});

/**
 * The providers with those named first, in the order of their names.
 *
 * @throws SmsError `configuration_invalid`
 */
export function orderProviders(
  providers: readonly SmsProvider[],
  order: readonly string[] | undefined,
): readonly SmsProvider[] {
  if (order === undefined) return providers;
  const ids = parseOptions('smsModule()', schema, { order }).order;
  const missing = ids.find((id) => !providers.some((provider) => provider.id === id));
  if (missing !== undefined) {
    const known = listOfNames(providers.map(({ id }) => id)) || 'none';
    throw configurationInvalid(`smsModule(): order: there is no provider ${shownName(missing)}; there are ${known}.`);
  }
  const rank = ({ id }: SmsProvider) => (ids.includes(id) ? ids.indexOf(id) : ids.length);
  return providers.toSorted((a, b) => rank(a) - rank(b));
}
