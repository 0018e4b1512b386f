import { createHash } from 'node:crypto';

/** A Lua script, and what Redis calls it. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** First word of the error for a value that was written by a newer version of this package. */
export const newerVersion = 'POLYSMSVERSION';

/**
 * What every script begins with. `ARGV[1]` is the time of a test, or empty. `now` is the time in milliseconds. A script
 * writes last: Redis refuses a script that may not write, or has no memory to, at its first write, so that one that
 * fails has changed nothing.
 */
const clock = `
local now = tonumber(ARGV[1])
-- The clock of a test may stand still while that of the server goes on: then keys live an hour longer.
local graceMs = 3600000
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  graceMs = 0
end
`;

/**
 * What scripts begin with whose keys hold values. All keys share a hash tag, but for limits and opt-outs outside a
 * cluster. `held` is what the first key holds, unless it has ended.
 *
 * Mind cjson: an empty table becomes `{}`, also if it was a list, and numbers keep fourteen digits; milliseconds since
 * 1970 have thirteen.
 */
const values = `
-- What each key holds, unless it has ended.
local values = {}
for index, key in ipairs(KEYS) do
  local text = redis.call('GET', key)
  local value = text and cjson.decode(text)
  if value and value.v ~= 1 then
    return redis.error_reply('${newerVersion} the value has another version')
  end
  values[index] = value and (not value.endsAt or value.endsAt > now) and value or nil
end
local held = values[1]

local function save(value, endsAt, index)
  value.v = 1
  value.endsAt = endsAt
  local ttlMs = math.max(1, math.ceil(endsAt - now)) + graceMs
  redis.call('SET', KEYS[index or 1], cjson.encode(value), 'PX', string.format('%.0f', ttlMs))
end

-- For what nothing but another word ends.
local function saveForGood(value, index)
  value.v = 1
  redis.call('SET', KEYS[index or 1], cjson.encode(value))
end

local function forget(index)
  redis.call('DEL', KEYS[index or 1])
end
`;

/** A script over values: it may use what is defined above. */
export function script(body: string): Script {
  return scriptOf(`${clock}${values}${body}`);
}

/** A script over sorted sets: it may use the time alone. */
export function indexScript(body: string): Script {
  return scriptOf(`${clock}${body}`);
}

function scriptOf(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
