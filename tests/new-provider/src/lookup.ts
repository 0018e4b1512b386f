import {
  type HttpTransport,
  type JsonObject,
  jsonObject,
  type LookupOutcome,
  type MessageLookup,
  type MessageQuery,
  textIn,
} from '@polysms/core/provider-kit';
import { readAnswer } from './answers.js';
import { listMessages } from './requests.js';
import { messageStatus } from './statuses.js';

/**
 * Asks Acme what became of a message, by our id. Acme does not promise how soon its list is complete: what is not there
 * may have been taken all the same.
 */
export function acmeLookup(transport: HttpTransport, apiKey: string): MessageLookup {
  return {
    visibleAfterMs: 0,
    absenceProves: false,
    async find(query, context) {
      const http = await transport.request(listMessages(apiKey, query.id), context);
      return readAnswer(http, (list) => foundIn(list, query));
    },
  };
}

function foundIn({ messages }: JsonObject, { id, to }: MessageQuery): LookupOutcome | undefined {
  if (!Array.isArray(messages)) return undefined;
  const found = messages
    .map((each) => jsonObject(each) ?? {})
    .find((each) => textIn(each, 'reference') === id && textIn(each, 'to') === to.e164);
  if (found === undefined) return { outcome: 'absent' };
  const reference = textIn(found, 'id');
  const status = textIn(found, 'status') ?? '';
  return { outcome: 'found', ...(reference === undefined ? {} : { reference }), ...messageStatus(status) };
}
