import { subjectScript } from './subject.js';

/** Defines `subjectState`, which gives a SubjectState. */
export const subjectState = `
local function subjectState()
  local states = {}
  for _, each in ipairs(challenges) do
    local state, left, last = stateOf(each), 0, now
    if state == 'pending' then
      left = checksLeft(each)
      for _, code in ipairs(each.codes) do last = math.max(last, code.expiresAt) end
    end
    states[#states + 1] = {
      id = each.id, to = each.to, purpose = each.purpose, state = state, checksLeft = left, expiresInMs = last - now,
    }
  end
  return cjson.encode({
    challenges = states,
    failures = failures and failures.count or 0,
    failuresEndInMs = failures and failures.endsAt - now or 0,
  })
end
`;

/** The answer is a SubjectState. Writes nothing. */
export const readScript = subjectScript(`${subjectState}
return subjectState()
`);
