import { subjectScript } from './subject.js';

/** The order is a StoreCheck without its subject; the answer a CheckStep. */
export const checkScript = subjectScript(`
local known, digests = {}, {}
for _, guess in ipairs(order.guesses) do
  local challenge = find(guess.id)
  local isMeant = challenge and (not order.purpose or challenge.purpose == order.purpose)
  if isMeant and not digests[guess.id] then
    known[#known + 1] = challenge
    digests[guess.id] = guess.digests
  end
end

local function step(state, challenge, more)
  local answer = more or {}
  answer.state, answer.to, answer.purpose = state, challenge.to, challenge.purpose
  return cjson.encode(answer)
end

local pending, repeated = {}, false
for _, each in ipairs(known) do
  if each.token == order.token then
    if each.ended == 'approved' then return step('approved', each) end
    if not each.ended then repeated = true end
  end
  if not each.ended then pending[#pending + 1] = each end
end
if #pending == 0 then return '{"state":"not-found"}' end

if not repeated then
  if failures and failures.count >= order.maxFailures then return step('exhausted', pending[1]) end
  local live, exhausted = false, false
  for _, each in ipairs(pending) do
    live = live or stateOf(each) == 'pending'
    exhausted = exhausted or stateOf(each) == 'exhausted'
  end
  if not live then return step(exhausted and 'exhausted' or 'expired', pending[1]) end
end

-- Plain equality leaks nothing: digests are made under a secret pepper, so nobody can choose one that is almost right.
local function fits(challenge)
  for _, code in ipairs(challenge.codes) do
    if code.kind == 'local' and isLive(code, challenge.checks) then
      for _, digest in ipairs(digests[challenge.id]) do
        if digest == code.digest then return true end
      end
    end
  end
end
for _, each in ipairs(pending) do
  if fits(each) then
    approve(each)
    saveSubject()
    return step('approved', each)
  end
end

if not repeated then
  for _, each in ipairs(pending) do
    if stateOf(each) == 'pending' then
      each.checks = each.checks + 1
      each.token = order.token
    end
  end
  if order.countsFailure ~= false then
    failures = failures or { count = 0, endsAt = now + order.failureWindowMs }
    failures.count = failures.count + 1
  end
  saveSubject()
end

local left, judged, issuers, seen = 0, false, {}, {}
for _, each in ipairs(pending) do
  left = math.max(left, checksLeft(each))
  -- What was live before this check was charged, now or the first time.
  local checksBefore = each.token == order.token and each.checks - 1 or each.checks
  for _, code in ipairs(each.codes) do
    if isLive(code, checksBefore) then
      if code.kind == 'local' then
        judged = true
      else
        local name = cjson.encode({ code.provider, code.reference })
        if not seen[name] then
          issuers[#issuers + 1] = { id = each.id, provider = code.provider, reference = code.reference }
        end
        seen[name] = true
      end
    end
  end
end
left = math.max(0, math.min(left, order.maxFailures - (failures and failures.count or 0)))
if #issuers == 0 then return step('incorrect', pending[1], { checksLeft = left }) end
return step('ask', pending[1], { issuers = issuers, checksLeft = left, judged = judged })
`);
