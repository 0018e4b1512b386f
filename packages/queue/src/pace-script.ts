/** Figures of a rate, as the script wants them. */
export interface PaceFigures {
  /** Turns that a window may see. */
  readonly turns: number;
  readonly windowMs: number;
  readonly spacingMs: number;
  /** Turns of a window that only codes may take. */
  readonly reserve: number;
}

/** A late timer is to blame for so much; the plan is not put off by it. The window forgives nothing. */
const forgivenMs = 20;

/** Farther ahead than any turn is taken. */
const farthestMs = 1_000;

/** The figures of a rate that has been checked. */
export function figuresOf(maxPerSecond: number): PaceFigures {
  const turns = Math.ceil(maxPerSecond);
  const windowMs = (turns * 1000) / maxPerSecond;
  const reserve = Math.floor(turns / 100);
  return { turns, windowMs, spacingMs: windowMs / (turns - reserve), reserve };
}

/**
 * Takes turns for one process, and says when they are.
 *
 * Two rules: *spacing* puts the turns of messages and campaigns evenly; *window* lets no second see more than the rate,
 * whoever takes the turns. Codes take a turn as soon as the window has one. The others see a window that is one hundredth
 * smaller, and take turns only a few milliseconds ahead, so that a code is never behind a queue of them.
 *
 * KEYS: the moments of the last turns, the newest first; when the next one is due by spacing.
 * ARGV: turns of the window, its milliseconds, spacing, whether they are codes, how many, how far ahead.
 * Answers the waits in milliseconds, then, if not all were given, `again` and when to ask again.
 */
export const takeTurns = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local turns, window, spacing = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local isFirst, count, ahead = ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6])
local due = tonumber(redis.call('GET', KEYS[2]) or '0')
local answer = {}
-- No turn is taken so far ahead: the clock has been put back, and nobody is to wait until it comes there again.
if tonumber(redis.call('LINDEX', KEYS[1], 0) or '0') > now + ${farthestMs} then
  redis.call('DEL', KEYS[1], KEYS[2])
  due = 0
end
for index = 1, count do
  local at = now
  if not isFirst and due > at then at = due end
  local oldest = tonumber(redis.call('LINDEX', KEYS[1], turns - 1) or '-1e18')
  if oldest + window > at then at = oldest + window end
  if at - now > ahead then
    answer[#answer + 1] = 'again'
    answer[#answer + 1] = tostring(at - now - ahead)
    break
  end
  redis.call('LPUSH', KEYS[1], string.format('%.3f', at))
  local from = at
  if from - ${forgivenMs} > due then from = from - ${forgivenMs} else if due > 0 then from = due end end
  due = from + spacing
  answer[#answer + 1] = tostring(at - now)
end
redis.call('SET', KEYS[2], string.format('%.3f', due), 'PX', math.ceil(window * 2 + 60000))
redis.call('LTRIM', KEYS[1], 0, ARGV[7] - 1)
redis.call('PEXPIRE', KEYS[1], math.ceil(window * 2 + 60000))
return answer`;
