/** Statements of the message store. `$1` is the time of a test, or null. */

/** Reports that wait for one reference. */
const longestWait = 16;

export const addMessage = 'select * from polysms.message_add($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)';

export const readMessage =
  'select record from polysms.messages where id = $2 and expires_at > (select polysms.now_ms($1))';

export const replaceMessage = 'select * from polysms.message_replace($1, $2, $3, $4, $5)';

/**
 * Says what a reference means, and answers the reports that wait. A vendor may use a reference again: what was told of
 * one message is not told of the next.
 */
export const linkReference = `
with clock as materialized (select polysms.now_ms($1) as now_ms)
insert into polysms.message_references as r (reference, message_id, reports, expires_at)
select $2, $3, '{}', now_ms + $4::double precision from clock
on conflict (reference) do update set
  message_id = excluded.message_id,
  reports = case
    when r.expires_at > (select now_ms from clock) and (r.message_id is null or r.message_id = excluded.message_id)
    then r.reports else '{}' end,
  expires_at = excluded.expires_at
returning array_to_json(reports)`;

/**
 * What a reference means, or null; then the report waits. One that waits already does not wait twice: vendors repeat
 * reports. A reference that is known, as most are, is only read.
 */
export const findReference = `
with clock as materialized (select polysms.now_ms($1) as now_ms),
known as (
  select message_id from polysms.message_references
  where reference = $2 and message_id is not null and expires_at > (select now_ms from clock)
),
waiting as (
  insert into polysms.message_references as r (reference, reports, expires_at)
  select $2, array[$3::text], now_ms + $4::double precision from clock where not exists (select from known)
  on conflict (reference) do update set
    message_id = case when r.expires_at > (select now_ms from clock) then r.message_id end,
    reports = case
      when r.expires_at <= (select now_ms from clock) then excluded.reports
      when r.message_id is not null then r.reports
      else (array_remove(r.reports, $3::text) || excluded.reports)[
        greatest(1, cardinality(array_remove(r.reports, $3::text)) + 2 - ${longestWait}):] end,
    expires_at = case
      when r.message_id is not null and r.expires_at > (select now_ms from clock) then r.expires_at
      else excluded.expires_at end
  returning message_id
)
select message_id from known union all select message_id from waiting`;

/** Claims what is due: `$2` now, `$3` how many, `$4` until when nobody else gets them. */
export const claimDue = `
with due as (
  select id, next_at from polysms.messages
  where next_at <= $2 and expires_at > (select polysms.now_ms($1))
  order by next_at limit $3 for update skip locked
)
update polysms.messages m set next_at = $4 from due where m.id = due.id
returning m.id, due.next_at`;

export const sayFirst = `
insert into polysms.said as s (what, expires_at) values ($2, polysms.now_ms($1) + $3::double precision)
on conflict (what) do update set expires_at = excluded.expires_at
where s.expires_at <= (select polysms.now_ms($1))
returning 1`;

export const forgetPhone = `
with erased as (delete from polysms.messages where phone = $2 returning expires_at)
select count(*) filter (where expires_at > (select polysms.now_ms($1))) from erased`;
