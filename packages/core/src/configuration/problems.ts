import { shownName } from '../errors/shown-name.js';
import type { SmsError } from '../errors/sms-error.js';
import { configurationInvalid } from '../provider-kit/options.js';

/** The way to a value inside a configuration: `['providers', 1, 'appKey']`. */
export type ConfigPath = readonly (string | number)[];

/** `providers.1.appKey`, for a message: names that a file or an environment holds are shown safely. */
export function dotted(path: ConfigPath): string {
  return path.map(shownName).join('.');
}

/** Told what is wrong, and where. */
export type Report = (path: ConfigPath, problem: string) => void;

/** Gathers everything that is wrong, so that an operator mends it in one go. */
export class Problems {
  readonly #owner: string;
  readonly #found: string[] = [];

  /** @param owner the function that the user called, for the message */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * @param place a path of the configuration, or the name of a variable; empty for the configuration as a whole
   * @param problem what is expected instead; never a value
   */
  add(place: string, problem: string): void {
    this.#found.push(place === '' ? problem : `${place}: ${problem}`);
  }

  get any(): boolean {
    return this.#found.length > 0;
  }

  /** One error about all of them: on one line if it is one, otherwise with a line for each. */
  error(): SmsError {
    const [first, ...others] = this.#found;
    if (others.length === 0) return configurationInvalid(`${this.#owner}: ${first}`);
    const lines = this.#found.map((line) => `\n  ${line}`);
    return configurationInvalid(`${this.#owner}: ${this.#found.length} problems:${lines.join('')}`);
  }
}
