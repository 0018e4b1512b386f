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
-- order. Answers for each name the id of its window and the number of the unit; or each window that is full, and when it
-- ends.
create function polysms.limits_take(
  test_now double precision, names text[], maxima integer[], lengths_ms double precision[], token text
) returns table (name text, id text, number integer, retry_after_ms double precision)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  now_ms double precision := polysms.now_ms(test_now);
  w polysms.limit_windows;
  known integer := 0;
  is_full boolean := false;
begin
  -- A flood that is refused writes nothing, and waits for nobody.
  for i in 1 .. cardinality(names) loop
    select * into w from polysms.limit_windows held where held.name = names[i];
    continue when not found;
    known := known + 1;
    if w.ends_at > now_ms and w.used >= maxima[i] then
      is_full := true;
      return query select names[i], null::text, null::integer, w.ends_at - now_ms;
    end if;
  end loop;
  if is_full then return; end if;

  loop
    if known < cardinality(names) then
      insert into polysms.limit_windows (name) select * from unnest(names) on conflict do nothing;
    end if;
    known := 0;
    for i in 1 .. cardinality(names) loop
      perform from polysms.limit_windows held where held.name = names[i] for update;
      if found then known := known + 1; end if;
    end loop;
    -- Else purge() was quicker.
    exit when known = cardinality(names);
  end loop;

  now_ms := polysms.now_ms(test_now);
  for i in 1 .. cardinality(names) loop
    select * into w from polysms.limit_windows held where held.name = names[i];
    if w.ends_at > now_ms and w.used >= maxima[i] then
      is_full := true;
      return query select names[i], null::text, null::integer, w.ends_at - now_ms;
    end if;
  end loop;
  if is_full then return; end if;

  for i in 1 .. cardinality(names) loop
    return query
      update polysms.limit_windows held
      set id = case when held.ends_at > now_ms and held.used > 0 then held.id else token end,
        used = case when held.ends_at > now_ms then held.used + 1 else 1 end,
        last_number = case when held.ends_at > now_ms and held.used > 0 then held.last_number + 1 else 1 end,
        ends_at = case when held.ends_at > now_ms and held.used > 0 then held.ends_at else now_ms + lengths_ms[i] end
      where held.name = names[i]
      returning held.name, held.id, held.last_number, null::double precision;
  end loop;
end
$$;

-- Gives units back: to the windows that they were taken from, each unit once. The names are sorted.
create function polysms.limits_refund(
  test_now double precision, names text[], ids text[], numbers integer[]
) returns void language plpgsql volatile as $$
declare
  now_ms double precision;
begin
  for i in 1 .. cardinality(names) loop
    perform from polysms.limit_windows w where w.name = names[i] for update;
  end loop;
  now_ms := polysms.now_ms(test_now);
  for i in 1 .. cardinality(names) loop
    insert into polysms.limit_refunds (name, window_id, number, ends_at)
    select w.name, w.id, numbers[i], w.ends_at from polysms.limit_windows w
    where w.name = names[i] and w.id = ids[i] and w.ends_at > now_ms and w.used > 0
      and numbers[i] between 1 and w.last_number
    on conflict do nothing;
    if found then
      update polysms.limit_windows w set used = w.used - 1 where w.name = names[i];
    end if;
  end loop;
end
$$;

insert into polysms.migrations (version) values (4);
