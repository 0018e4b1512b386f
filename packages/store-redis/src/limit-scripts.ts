import { script } from './script.js';

/** Refunds that one key remembers. */
export const refundsPerKey = 512;

/**
 * Takes a unit of each window, or none. ARGV: token, then for each key the most units and the length of the window in
 * milliseconds. Without a token it only says whether any window is full. Answers the id of each window and the number
 * of the unit; or, if any is full, the index of the one that ends last, and when it ends.
 *
 * A window remembers whose its last unit is: a command that the client repeats finds it taken. What it need not say it
 * leaves out: most windows have one unit, and there are many.
 */
export const takeAllScript = script(`
local token = ARGV[2]
local function isTaken(window)
  return (window.last or window.id) == token
end

local full, retryAfterMs = nil, -1
for index, window in pairs(values) do
  local leftMs = window.endsAt - now
  local isLater = leftMs > retryAfterMs or leftMs == retryAfterMs and index < full
  if not isTaken(window) and window.count >= tonumber(ARGV[index * 2 + 1]) and isLater then
    full, retryAfterMs = index, leftMs
  end
end
if full then return cjson.encode({ index = full - 1, retryAfterMs = retryAfterMs }) end
if token == '' then return '{"taken":{}}' end

local taken = {}
for index = 1, #KEYS do
  local window = values[index]
  if not window then
    window = { id = token, count = 1, endsAt = now + tonumber(ARGV[index * 2 + 2]) }
    save(window, window.endsAt, index)
  elseif not isTaken(window) then
    window.count = window.count + 1
    window.last = token
    save(window, window.endsAt, index)
  end
  taken[index] = { window.id, window.count + (window.refunded or 0) }
end
return cjson.encode({ taken = taken })
`);

/**
 * Gives units back. KEYS: of each its window, then of each what was refunded of that. ARGV: of each the id of its window
 * and its number. A unit of another window, or one that was given back before, is left alone.
 */
export const refundScript = script(`
local count = #KEYS / 2
-- Units may be of the same window.
local current = {}
for index, key in ipairs(KEYS) do
  current[key] = values[index]
end

for index = 1, count do
  local windowKey, refundsKey = KEYS[index], KEYS[count + index]
  local window, refunds = current[windowKey], current[refundsKey] or { units = '' }
  local number = tonumber(ARGV[index * 2 + 1])
  local place = (number - 1) % ${refundsPerKey} + 1
  local isKnown = window and window.id == ARGV[index * 2] and number <= window.count + (window.refunded or 0)
  if isKnown and refunds.units:sub(place, place) ~= '1' then
    window.count = window.count - 1
    window.refunded = (window.refunded or 0) + 1
    if window.count == 0 then
      forget(index)
      current[windowKey] = nil
    else
      -- A character for each unit up to the last that was given back.
      local before = refunds.units:sub(1, place - 1)
      refunds.units = before .. string.rep('0', place - 1 - #before) .. '1' .. refunds.units:sub(place + 1)
      current[refundsKey] = refunds
      save(refunds, window.endsAt, count + index)
      save(window, window.endsAt, index)
    end
  end
end
`);
