import * as v from 'valibot';
import { baseUrlProblem } from './base-url.js';
import { type ConnectionOptions, connectionOptions } from './connection-options.js';
import { parseOptions } from './options.js';
import type { Pace } from './pace.js';
import { pathTo } from './schema-parts.js';

/** How a provider reaches its vendor, and how fast. Without `maxPerSecond` and `pace` requests leave at once. */
export interface HttpTransportOptions extends ConnectionOptions {
  /** Where the vendor's API lives: `https://api.example.com` or, behind a gateway, `https://gateway.example/vendor`. */
  readonly baseUrl: string;
  /** In the place of `maxPerSecond`: the pace of an account that has several transports. The first to close closes it. */
  readonly pace?: Pace | undefined;
}

/** What a dispatcher of the caller decides, and our pool otherwise. */
const ofThePool = ['ca', 'connections', 'connectTimeoutMs', 'keepAliveMs', 'proxy'] as const;

const schema = v.pipe(
  v.strictObject({
    baseUrl: v.string('must be a URL, such as https://api.example.com'),
    pace: v.optional(
      v.custom<Pace>(
        (value) => typeof value === 'object' && value !== null && 'turn' in value,
        'must be a Pace; make it with createPace()',
      ),
    ),
    ...connectionOptions,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const options = dataset.value;
    const refuse = (name: string, message: string) => addIssue({ message, path: pathTo(options, name) });
    const wrongUrl = baseUrlProblem(options.baseUrl, options.allowPlainHttp);
    if (wrongUrl !== undefined) refuse('baseUrl', wrongUrl);
    for (const name of options.dispatcher === undefined ? [] : ofThePool) {
      if (options[name] !== undefined) refuse(name, 'belongs to the dispatcher; set it there');
    }
    if (options.burst !== undefined && options.maxPerSecond === undefined) {
      refuse('burst', 'belongs to maxPerSecond; set that as well');
    }
    if (options.pace !== undefined && options.maxPerSecond !== undefined) {
      refuse('maxPerSecond', 'belongs to the pace; set it there');
    }
  }),
);

/**
 * Checks how a vendor is to be reached.
 *
 * @param owner the function that the user called, for the message
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function checkHttpTransportOptions(options: HttpTransportOptions, owner: string): void {
  parseOptions(owner, schema, options);
}
