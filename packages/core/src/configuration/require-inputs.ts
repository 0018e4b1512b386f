import { configurationInvalid } from '../provider-kit/options.js';

/**
 * Refuses what only JavaScript can leave out: there are no default factories, for the core knows no provider.
 *
 * @throws SmsError `configuration_invalid`
 */
export function requireInputs(
  owner: string,
  { env, factories }: { readonly env: unknown; readonly factories: unknown },
) {
  const isComplete = typeof factories === 'object' && factories !== null && Object.keys(factories).length > 0;
  if (!isComplete || !Object.values(factories).every((factory) => typeof factory === 'function')) {
    throw configurationInvalid(
      `${owner}: factories: must be an object of the functions that make providers, such as { factories: { mob } }`,
    );
  }
  if (typeof env !== 'object' || env === null) {
    throw configurationInvalid(`${owner}: env: must be an object of variables, such as process.env`);
  }
}
