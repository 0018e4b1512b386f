import { subjectState } from './read.js';
import { subjectScript } from './subject.js';

/** The order is `{keepMs}`; the answer is a SubjectState, as it was before. */
export const endScript = subjectScript(`${subjectState}
local before = subjectState()
for _, each in ipairs(challenges) do
  if not each.ended then finish(each, 'canceled', order.keepMs) end
end
failures = nil
saveSubject()
return before
`);
