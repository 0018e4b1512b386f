import { type Script, script } from '../script.js';

/**
 * What every script on a subject begins with: its `challenges`, oldest first, under the first key, and its `failures`
 * under the second, without what is forgotten by now; `order` is what the caller wants.
 *
 * A challenge is `{id, to, purpose, openedAt, keepMs, codes, checks, providers, ended?, token?, forgetAt}`, a code
 * `{kind, digest | provider, reference?, maxChecks, expiresAt}`, failures are `{count, endsAt}`.
 */
const prelude = `
local order = cjson.decode(ARGV[2])
local challenges = {}
local failures = values[2]
local failuresBefore = failures and failures.count
for _, each in ipairs(held and held.challenges or {}) do
  if each.forgetAt > now then challenges[#challenges + 1] = each end
end

-- Under a key each: failures outlive challenges, and know no phone number.
local function saveSubject()
  local endsAt = now
  for _, each in ipairs(challenges) do endsAt = math.max(endsAt, each.forgetAt) end
  if endsAt > now then save({ challenges = challenges }, endsAt) else forget() end
  if failures and failures.count ~= failuresBefore then save(failures, failures.endsAt, 2) end
  if failuresBefore and not failures then forget(2) end
end

local function find(id)
  for _, each in ipairs(challenges) do
    if each.id == id then return each end
  end
end

local function isLive(code, checks)
  return now < code.expiresAt and checks < code.maxChecks
end

local function stateOf(challenge)
  if challenge.ended then return challenge.ended end
  local unexpired, most = false, 0
  for _, code in ipairs(challenge.codes) do
    if isLive(code, challenge.checks) then return 'pending' end
    unexpired = unexpired or now < code.expiresAt
    most = math.max(most, code.maxChecks)
  end
  if unexpired or challenge.checks >= most then return 'exhausted' end
  return 'expired'
end

-- Checks that are left of the codes that have not expired.
local function checksLeft(challenge)
  local left = 0
  for _, code in ipairs(challenge.codes) do
    if now < code.expiresAt then left = math.max(left, code.maxChecks - challenge.checks) end
  end
  return left
end

local function setCodes(challenge, codes)
  local last = 0
  for _, code in ipairs(codes) do
    code.expiresAt = challenge.openedAt + code.lifetimeMs
    code.lifetimeMs = nil
    last = math.max(last, code.expiresAt)
  end
  challenge.codes = codes
  challenge.forgetAt = last + challenge.keepMs
end

local function finish(challenge, ended, keepMs)
  challenge.ended = ended
  challenge.forgetAt = now + keepMs
end

-- Nothing else of the subject can be accepted afterwards.
local function approve(challenge)
  for _, each in ipairs(challenges) do
    if not each.ended then finish(each, 'canceled', order.keepMs) end
  end
  finish(challenge, 'approved', order.keepMs)
  challenge.token = order.token
  failures = nil
end
`;

/** A script that may use what both preludes define. */
export function subjectScript(body: string): Script {
  return script(`${prelude}${body}`);
}
