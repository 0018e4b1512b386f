import { subjectScript } from './subject.js';

/** The order is `{id}`; the answer whether the challenge was ended. */
export const cancelScript = subjectScript(`
local challenge = find(order.id)
if not challenge or stateOf(challenge) ~= 'pending' then return 'false' end
finish(challenge, 'canceled', challenge.keepMs)
saveSubject()
return 'true'
`);
