import { script } from './script.js';

/** Reports that wait for one reference. */
const longestWait = 16;

/**
 * Adds a record. ARGV: the record as JSON, its revision, when it is due or empty, its lifetime in milliseconds. The
 * record stays a string, so that every byte survives. One that is there already was written by the same command.
 */
export const addScript = script(`
if held then return end
save({ record = ARGV[2], revision = tonumber(ARGV[3]), dueAt = tonumber(ARGV[4]) }, now + tonumber(ARGV[5]))
`);

/** The record, or an empty string. */
export const readScript = script(`return held and held.record or ''`);

/** ARGV: the record as JSON, its revision, when it is due or empty. Answers also when the one before it was due. */
export const replaceScript = script(`
if not held then return '{"state":"outdated"}' end
if held.record == ARGV[2] then return cjson.encode({ state = 'replaced', wasDueAt = held.wasDueAt }) end
local revision = tonumber(ARGV[3])
if held.revision ~= revision - 1 then return cjson.encode({ state = 'outdated', current = held.record }) end
local wasDueAt = held.dueAt
save({ record = ARGV[2], revision = revision, dueAt = tonumber(ARGV[4]), wasDueAt = wasDueAt }, held.endsAt)
return cjson.encode({ state = 'replaced', wasDueAt = wasDueAt })
`);

/** Erases a record. */
export const eraseScript = script('if held then forget() end');

/** Takes an idempotency key. ARGV: id of the message, fingerprint, lifetime in milliseconds, id of whom it replaces. */
export const claimScript = script(`
if held and held.id ~= ARGV[2] then
  if held.fingerprint ~= ARGV[3] then return '{"state":"conflict"}' end
  if held.id ~= ARGV[5] then return cjson.encode({ state = 'held', id = held.id }) end
end
save({ id = ARGV[2], fingerprint = ARGV[3] }, now + tonumber(ARGV[4]))
return '{"state":"added"}'
`);

/**
 * Says what a reference means. ARGV: id of the message, lifetime in milliseconds. Answers the reports that wait. A vendor
 * may use a reference again: what was told of one message is not told of the next.
 */
export const linkScript = script(`
local reports = {}
if held and (not held.id or held.id == ARGV[2]) then reports = held.reports or {} end
save({ id = ARGV[2], reports = reports }, now + tonumber(ARGV[3]))
return cjson.encode(reports)
`);

/**
 * What a reference means, or an empty string. ARGV: a report as JSON, which then waits, and for how long. One that
 * waits already does not wait twice: vendors repeat reports, and so do clients.
 */
export const findScript = script(`
if held and held.id then return held.id end
local reports = {}
for _, report in ipairs(held and held.reports or {}) do
  if report ~= ARGV[2] then table.insert(reports, report) end
end
table.insert(reports, ARGV[2])
if #reports > ${longestWait} then table.remove(reports, 1) end
save({ reports = reports }, now + tonumber(ARGV[3]))
return ''
`);

/** Whether nobody has said it before. ARGV: token, lifetime in milliseconds. Whoever has the token asks a second time. */
export const firstScript = script(`
if held then return held.token == ARGV[2] and 1 or 0 end
save({ token = ARGV[2] }, now + tonumber(ARGV[3]))
return 1
`);
