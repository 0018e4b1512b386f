import { indexScript } from './script.js';

/** What nobody has asked about for so long, nobody will: an app that is gone leaves no index behind. */
const keptMs = 60 * 86_400_000;
/** How long a client may take to repeat a command. */
const repeatedMs = 60_000;

/**
 * Says that a message is about to be due. ARGV: id, when. It never comes later for it than it would have: the record is
 * yet to be written. An entry always changes, so that whoever has seen it before, and wants to change it, can tell.
 * Answers what the entry is now.
 */
export const expectScript = indexScript(`
local known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or '')
local dueAt = tonumber(ARGV[3])
local score = string.format('%.17g', known and math.min(dueAt, known - 1) or dueAt)
redis.call('ZADD', KEYS[1], score, ARGV[2])
redis.call('PEXPIRE', KEYS[1], '${keptMs}')
return score
`);

/** Sets when a message is due, or removes it. ARGV: id, what the entry must be for that, when it is due or empty. */
export const settleScript = indexScript(`
local known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or '')
if known ~= tonumber(ARGV[3]) then return end
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[1], ARGV[2])
else
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
end
`);

/**
 * Claims messages that are due. ARGV: now, how many, until when nobody else gets them. The second key remembers the
 * answer, for a client that has lost it.
 */
export const claimDueScript = indexScript(`
local before = redis.call('GET', KEYS[2])
if before then return before end
local ids = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[2], 'BYSCORE', 'LIMIT', '0', ARGV[3])
if #ids == 0 then return '[]' end
local answer = cjson.encode(ids)
redis.call('SET', KEYS[2], answer, 'PX', '${repeatedMs}')
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], ARGV[4], id)
end
return answer
`);

/** Adds a message to those of a phone. ARGV: id, its lifetime in milliseconds. Those that have ended are dropped. */
export const addToPhoneScript = indexScript(`
redis.call('ZADD', KEYS[1], string.format('%.0f', math.ceil(now + tonumber(ARGV[3]))), ARGV[2])
local ended = redis.call('ZRANGE', KEYS[1], '-inf', string.format('%.0f', now), 'BYSCORE', 'LIMIT', '0', '100')
for _, id in ipairs(ended) do
  redis.call('ZREM', KEYS[1], id)
end
local last = redis.call('ZRANGE', KEYS[1], '-1', '-1', 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', tonumber(last[2]) - now + graceMs))
`);

/** The ids in an index. */
export const idsScript = indexScript(`return redis.call('ZRANGE', KEYS[1], '0', '-1')`);

/** Removes ids from an index. ARGV: the ids. */
export const removeScript = indexScript(`
for index = 2, #ARGV do
  redis.call('ZREM', KEYS[1], ARGV[index])
end
`);
