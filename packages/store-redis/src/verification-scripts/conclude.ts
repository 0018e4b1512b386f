import { subjectScript } from './subject.js';

/** The order is a CheckConclusion without its subject; the answer is that of `conclude`. */
export const concludeScript = subjectScript(`
local pending = {}
for _, id in ipairs(order.ids) do
  local challenge = find(id)
  if challenge and challenge.ended == 'approved' and challenge.token == order.token
    and order.verdict == 'approved' then return '"approved"' end
  if challenge and not challenge.ended then pending[#pending + 1] = challenge end
end

if order.verdict == 'approved' then
  if #pending == 0 then return '"not-found"' end
  approve(pending[1])
  saveSubject()
  return '"approved"'
end

local refunded = false
for _, each in ipairs(pending) do
  if each.token == order.token then
    each.checks = each.checks - 1
    each.token = nil
    refunded = true
  end
end
if not refunded then return '"not-found"' end
if failures and order.countsFailure ~= false then
  failures.count = failures.count - 1
  if failures.count <= 0 then failures = nil end
end
saveSubject()
return '"refunded"'
`);
