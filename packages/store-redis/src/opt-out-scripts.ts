import { script } from './script.js';

/**
 * Keeps a word. ARGV: when it was said, in milliseconds, and `stop` or `start`. The latest counts; of one time, `stop`.
 *
 * Nothing but a later `start` ends a `stop`. A `start` is kept for 30 days, far longer than any vendor repeats a message.
 */
export const sayScript = script(`
local at, isStop = tonumber(ARGV[2]), ARGV[3] == 'stop'
if held and (held.at > at or held.at == at and (held.stop or not isStop)) then return end
if isStop then
  saveForGood({ at = at, stop = true })
else
  save({ at = at }, now + 2592000000)
end
`);

/** Answers a character for each key: `1` if it is opted out. */
export const hasScript = script(`
local answers = {}
for index = 1, #KEYS do
  answers[index] = values[index] and values[index].stop and '1' or '0'
end
return table.concat(answers)
`);
