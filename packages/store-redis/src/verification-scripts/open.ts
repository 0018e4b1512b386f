import { subjectScript } from './subject.js';

/** The order is a NewChallenge without its subject; the answer an Opening. */
export const openScript = subjectScript(`
-- A command may be repeated: a challenge that is known is none of its own previous ones.
local function opened()
  local seen, previous = {}, {}
  for position = #challenges, 1, -1 do
    local each = challenges[position]
    if each.id ~= order.id and each.ended ~= 'approved' then
      for last = #each.providers, 1, -1 do
        local provider = each.providers[last]
        if not seen[provider] then previous[#previous + 1] = provider end
        seen[provider] = true
      end
    end
  end
  return cjson.encode({ state = 'opened', previous = previous })
end

local function locked(reason, retryAfterMs)
  return cjson.encode({ state = 'locked', reason = reason, retryAfterMs = retryAfterMs })
end

if find(order.id) then return opened() end
if failures and failures.count >= order.maxFailures then return locked('failures', failures.endsAt - now) end

local live, soonest = 0, math.huge
for _, each in ipairs(challenges) do
  if stateOf(each) == 'pending' then
    local last = 0
    for _, code in ipairs(each.codes) do
      if isLive(code, each.checks) then last = math.max(last, code.expiresAt) end
    end
    live, soonest = live + 1, math.min(soonest, last)
  end
end
if live >= order.maxLive then return locked('challenges', soonest - now) end

-- Whoever starts and cancels must not fill the store: the oldest that are not live go.
local excess = #challenges + 1 - 2 * order.maxLive
for position = 1, #challenges do
  local each = challenges[position]
  if excess > 0 and stateOf(each) ~= 'pending' then
    each.isExcess = true
    excess = excess - 1
  end
end
local kept = {}
for _, each in ipairs(challenges) do
  if not each.isExcess then kept[#kept + 1] = each end
end
challenges = kept

-- Until it is known who sent: whoever makes codes may have.
local providers = {}
for _, code in ipairs(order.codes) do
  if code.kind == 'issued' then providers[#providers + 1] = code.provider end
end
local challenge = {
  id = order.id, to = order.to, purpose = order.purpose, openedAt = now, keepMs = order.keepMs,
  checks = 0, providers = providers,
}
setCodes(challenge, order.codes)
challenges[#challenges + 1] = challenge
saveSubject()
return opened()
`);
