import { script } from './script.js';

/** ARGV: most units, length of the window in milliseconds. Answers the units taken (one more if none was) and the time left. */
export const takeScript = script(`
local max = tonumber(ARGV[2])
local window = held or { count = 0, endsAt = now + tonumber(ARGV[3]) }
if window.count >= max then return cjson.encode({ max + 1, window.endsAt - now }) end
window.count = window.count + 1
save(window, window.endsAt)
return cjson.encode({ window.count, window.endsAt - now })
`);

/** ARGV: most units. Answers the time left if there are none, else nothing. */
export const lookScript = script(`
if held and held.count >= tonumber(ARGV[2]) then return held.endsAt - now end
`);

/** ARGV: length of the window, age of the unit, both in milliseconds. A window younger than the unit is another one. */
export const giveBackScript = script(`
if not held then return end
local ageMs = tonumber(ARGV[2]) - (held.endsAt - now)
-- Whole milliseconds here, parts of them at the caller's: up to one may be missing.
if ageMs <= tonumber(ARGV[3]) - 1 then return end
held.count = held.count - 1
if held.count > 0 then save(held, held.endsAt) else forget() end
`);
