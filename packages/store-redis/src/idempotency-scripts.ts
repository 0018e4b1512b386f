import { script } from './script.js';

/** ARGV: fingerprint, token, lifetime in milliseconds. The token comes from the caller: see `reserve`. */
export const reserveScript = script(`
if held then
  if held.token == ARGV[3] and not held.result then return '{"state":"reserved"}' end
  if held.fingerprint ~= ARGV[2] then return '{"state":"conflict"}' end
  if not held.result then return '{"state":"in-progress"}' end
  return cjson.encode({ state = 'finished', result = held.result })
end
save({ fingerprint = ARGV[2], token = ARGV[3] }, now + tonumber(ARGV[4]))
return '{"state":"reserved"}'
`);

/** ARGV: token, result as JSON, lifetime in milliseconds. The result stays a string, so that every byte survives. */
export const finishScript = script(`
if held and held.token == ARGV[2] and not held.result then
  held.result = ARGV[3]
  save(held, now + tonumber(ARGV[4]))
end
`);

/** ARGV: token. */
export const releaseScript = script(`
if held and held.token == ARGV[2] and not held.result then forget() end
`);
