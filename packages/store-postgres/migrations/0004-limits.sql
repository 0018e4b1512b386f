-- Limits: a row for each window, and one for each unit that was given back.

create table polysms.limit_windows (
  name text collate "C" primary key,
  -- Of this window: the next one of the same name has another.
  id text collate "C" not null default '',
  used integer not null default 0,
  -- Units that were ever taken: the number of the last.
  last_number integer not null default 0,
  ends_at double precision not null default 0
) with (fillfactor = 50);
create index limit_windows_expired on polysms.limit_windows (ends_at);

create table polysms.limit_refunds (
  name text collate "C" not null,
  window_id text collate "C" not null,
  number integer not null,
  ends_at double precision not null,
  primary key (name, window_id, number)
);
create index limit_refunds_expired on polysms.limit_refunds (ends_at);

-- Takes a unit of each window, or none. The names are sorted, so that two who take together wait for each other in one
-- order. Answers for each name the id of its window and the number of the unit; or the name of the full window that ends
-- last, and when.
create function polysms.limits_take(
  test_now double precision, names text[], maxima integer[], lengths_ms double precision[], token text
) returns table (name text, id text, number integer, retry_after_ms double precision)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  now_ms double precision := polysms.now_ms(test_now);
  locked integer;
  refusals integer;
begin
  -- A flood that is refused writes nothing, and waits for nobody.
  return query
    select w.name, null::text, null::integer, w.ends_at - now_ms
    from unnest(names, maxima) as wanted(name, most)
    join polysms.limit_windows w on w.name = wanted.name
    where w.ends_at > now_ms and w.used > 0 and w.used >= wanted.most;
  if found then return; end if;

  loop
    insert into polysms.limit_windows (name)
    select wanted.name from unnest(names) as wanted(name)
    where not exists (select from polysms.limit_windows w where w.name = wanted.name)
    on conflict do nothing;
    perform from polysms.limit_windows w where w.name = any(names) order by w.name for update;
    get diagnostics locked = row_count;
    -- Else purge() was quicker.
    exit when locked = cardinality(names);
  end loop;
  now_ms := polysms.now_ms(test_now);

  return query
    select w.name, null::text, null::integer, w.ends_at - now_ms
    from unnest(names, maxima) as wanted(name, most)
    join polysms.limit_windows w on w.name = wanted.name
    where w.ends_at > now_ms and w.used > 0 and w.used >= wanted.most;
  if found then return; end if;

  return query
    update polysms.limit_windows w
    set id = case when w.ends_at > now_ms and w.used > 0 then w.id else token end,
      used = case when w.ends_at > now_ms then w.used + 1 else 1 end,
      last_number = case when w.ends_at > now_ms and w.used > 0 then w.last_number + 1 else 1 end,
      ends_at = case when w.ends_at > now_ms and w.used > 0 then w.ends_at else now_ms + wanted.length_ms end
    from unnest(names, lengths_ms) as wanted(name, length_ms)
    where w.name = wanted.name
    returning w.name, w.id, w.last_number, null::double precision;
end
$$;

-- Gives units back: to the windows that they were taken from, each unit once.
create function polysms.limits_refund(
  test_now double precision, names text[], ids text[], numbers integer[]
) returns void language plpgsql volatile as $$
declare
  now_ms double precision;
begin
  perform from polysms.limit_windows w where w.name = any(names) order by w.name for update;
  now_ms := polysms.now_ms(test_now);
  with given_back as (
    insert into polysms.limit_refunds (name, window_id, number, ends_at)
    select distinct w.name, w.id, unit.number, w.ends_at
    from unnest(names, ids, numbers) as unit(name, id, number)
    join polysms.limit_windows w on w.name = unit.name
    where w.id = unit.id and w.ends_at > now_ms and w.used > 0 and unit.number between 1 and w.last_number
    on conflict do nothing
    returning name
  ), counted as (
    select name, count(*) as units from given_back group by name
  )
  update polysms.limit_windows w set used = w.used - counted.units
  from counted where w.name = counted.name;
end
$$;

insert into polysms.migrations (version) values (4);
