-- Verifications: a row for each subject, which every operation on the subject locks.
--
-- A challenge is {id, to, purpose, openedAt, keepMs, codes, checks, providers, ended?, token?, forgetAt}, a code
-- {kind, digest | provider, reference?, maxChecks, expiresAt}.

create table polysms.subjects (
  subject text collate "C" primary key,
  -- Oldest first.
  challenges jsonb not null default '[]',
  challenges_end_at double precision not null default 0,
  failures integer not null default 0,
  failures_end_at double precision not null default 0,
  -- When nothing of it matters any more.
  expires_at double precision not null default 0
) with (fillfactor = 70);
create index subjects_expired on polysms.subjects (expires_at);
create index subjects_challenges_ended on polysms.subjects (challenges_end_at) where challenges_end_at > 0;

-- Whether a code could be accepted, if so many checks are charged to its challenge.
create function polysms.is_live(code jsonb, checks integer, now_ms double precision) returns boolean
language sql immutable as $$
  select now_ms < (code->>'expiresAt')::double precision and checks < (code->>'maxChecks')::integer
$$;

-- Of a challenge that has not ended: pending, exhausted or expired; else how it ended.
create function polysms.challenge_state(challenge jsonb, now_ms double precision) returns text
language plpgsql immutable as $$
declare
  code jsonb;
  charged integer := (challenge->>'checks')::integer;
  unexpired boolean := false;
  most integer := 0;
begin
  if challenge ? 'ended' then return challenge->>'ended'; end if;
  for code in select * from jsonb_array_elements(challenge->'codes') loop
    if polysms.is_live(code, charged, now_ms) then return 'pending'; end if;
    unexpired := unexpired or now_ms < (code->>'expiresAt')::double precision;
    most := greatest(most, (code->>'maxChecks')::integer);
  end loop;
  if unexpired or charged >= most then return 'exhausted'; end if;
  return 'expired';
end
$$;

-- Checks that are left of the codes that have not expired.
create function polysms.checks_left(challenge jsonb, now_ms double precision) returns integer
language plpgsql immutable as $$
declare
  code jsonb;
  most integer := 0;
begin
  for code in select * from jsonb_array_elements(challenge->'codes') loop
    if now_ms < (code->>'expiresAt')::double precision then
      most := greatest(most, (code->>'maxChecks')::integer - (challenge->>'checks')::integer);
    end if;
  end loop;
  return most;
end
$$;

-- The challenge with these codes, whose lifetimes count from its opening.
create function polysms.with_codes(challenge jsonb, codes jsonb, providers jsonb) returns jsonb
language plpgsql immutable as $$
declare
  code jsonb;
  ends_at double precision;
  last_end double precision := 0;
  timed jsonb := '[]';
begin
  for code in select * from jsonb_array_elements(codes) loop
    ends_at := (challenge->>'openedAt')::double precision + (code->>'lifetimeMs')::double precision;
    last_end := greatest(last_end, ends_at);
    timed := timed || jsonb_build_array((code - 'lifetimeMs') || jsonb_build_object('expiresAt', ends_at));
  end loop;
  return challenge || jsonb_build_object(
    'codes', timed, 'providers', providers, 'forgetAt', last_end + (challenge->>'keepMs')::double precision);
end
$$;

-- The challenges that have not ended, ended now. The one with the index `approved`, if any, is approved by the token.
create function polysms.end_all(
  challenges jsonb[], approved integer, token text, forget_at double precision
) returns jsonb[]
language plpgsql immutable as $$
begin
  for i in 1 .. cardinality(challenges) loop
    if i = approved then
      challenges[i] := challenges[i] ||
        jsonb_build_object('ended', 'approved', 'token', token, 'forgetAt', forget_at);
    elsif not challenges[i] ? 'ended' then
      challenges[i] := challenges[i] || jsonb_build_object('ended', 'canceled', 'forgetAt', forget_at);
    end if;
  end loop;
  return challenges;
end
$$;

-- Locks a subject. Gives what is not forgotten of it; no challenges and no failures if it is not known.
create function polysms.subject_lock(
  which text, test_now double precision,
  out now_ms double precision, out challenges jsonb[], out failures integer, out failures_end_at double precision
) language plpgsql volatile as $$
declare
  held polysms.subjects;
begin
  select * into held from polysms.subjects s where s.subject = which for update;
  -- Read when the lock is there: nobody else's time is later.
  now_ms := polysms.now_ms(test_now);
  challenges := array(
    select each from jsonb_array_elements(held.challenges) with ordinality as kept(each, place)
    where (each->>'forgetAt')::double precision > now_ms order by place
  );
  failures := case when held.failures_end_at > now_ms then held.failures else 0 end;
  failures_end_at := case when failures > 0 then held.failures_end_at else 0 end;
end
$$;

create function polysms.subject_save(
  which text, kept jsonb[], failures_now integer, failures_end double precision
) returns void language plpgsql volatile as $$
declare
  challenge jsonb;
  last_forgotten double precision := 0;
begin
  foreach challenge in array kept loop
    last_forgotten := greatest(last_forgotten, (challenge->>'forgetAt')::double precision);
  end loop;
  if failures_now <= 0 then
    failures_now := 0;
    failures_end := 0;
  end if;
  update polysms.subjects s
  set challenges = to_jsonb(kept), challenges_end_at = last_forgotten,
    failures = failures_now, failures_end_at = failures_end, expires_at = greatest(last_forgotten, failures_end)
  where s.subject = which;
end
$$;

create function polysms.challenge_index(challenges jsonb[], wanted text) returns integer
language plpgsql immutable as $$
begin
  for i in 1 .. cardinality(challenges) loop
    if challenges[i]->>'id' = wanted then return i; end if;
  end loop;
  return null;
end
$$;

-- What read() answers.
create function polysms.subject_state(
  challenges jsonb[], failures integer, failures_end_at double precision, now_ms double precision
) returns jsonb language plpgsql immutable as $$
declare
  challenge jsonb;
  code jsonb;
  state text;
  last_end double precision;
  states jsonb := '[]';
begin
  foreach challenge in array challenges loop
    state := polysms.challenge_state(challenge, now_ms);
    last_end := now_ms;
    if state = 'pending' then
      for code in select * from jsonb_array_elements(challenge->'codes') loop
        last_end := greatest(last_end, (code->>'expiresAt')::double precision);
      end loop;
    end if;
    states := states || jsonb_build_array(jsonb_build_object(
      'id', challenge->'id', 'to', challenge->'to', 'purpose', challenge->'purpose', 'state', state,
      'checksLeft', case when state = 'pending' then polysms.checks_left(challenge, now_ms) else 0 end,
      'expiresInMs', last_end - now_ms));
  end loop;
  return jsonb_build_object(
    'challenges', states, 'failures', failures,
    'failuresEndInMs', case when failures > 0 then failures_end_at - now_ms else 0 end);
end
$$;

-- The order is a NewChallenge without its subject; the answer an Opening.
create function polysms.verification_open(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record;
  challenges jsonb[];
  challenge jsonb;
  live integer := 0;
  soonest double precision;
  last_end double precision;
  excess integer;
  kept jsonb[] := '{}';
  provider jsonb;
  previous jsonb := '[]';
begin
  -- One that stays empty is deleted by purge(), which may be quicker than the lock.
  loop
    insert into polysms.subjects (subject) values (which) on conflict (subject) do nothing;
    perform from polysms.subjects held where held.subject = which for update;
    exit when found;
  end loop;
  s := polysms.subject_lock(which, test_now);
  challenges := s.challenges;

  if polysms.challenge_index(challenges, new_order->>'id') is null then
    if s.failures >= (new_order->>'maxFailures')::integer then
      return jsonb_build_object('state', 'locked', 'reason', 'failures', 'retryAfterMs', s.failures_end_at - s.now_ms);
    end if;
    foreach challenge in array challenges loop
      if polysms.challenge_state(challenge, s.now_ms) = 'pending' then
        select max((code->>'expiresAt')::double precision) into last_end
        from jsonb_array_elements(challenge->'codes') code
        where polysms.is_live(code, (challenge->>'checks')::integer, s.now_ms);
        live := live + 1;
        soonest := least(soonest, last_end);
      end if;
    end loop;
    if live >= (new_order->>'maxLive')::integer then
      return jsonb_build_object('state', 'locked', 'reason', 'challenges', 'retryAfterMs', soonest - s.now_ms);
    end if;

    -- Whoever starts and cancels must not fill the store: the oldest that are not live go.
    excess := cardinality(challenges) + 1 - 2 * (new_order->>'maxLive')::integer;
    foreach challenge in array challenges loop
      if excess > 0 and polysms.challenge_state(challenge, s.now_ms) <> 'pending' then
        excess := excess - 1;
      else
        kept := kept || challenge;
      end if;
    end loop;
    -- Until it is known who sent: whoever makes codes may have.
    challenge := polysms.with_codes(
      (new_order - '{codes,maxFailures,maxLive}'::text[]) || jsonb_build_object('openedAt', s.now_ms, 'checks', 0),
      new_order->'codes',
      jsonb_path_query_array(new_order, '$.codes[*] ? (@.kind == "issued").provider'));
    challenges := kept || challenge;
    perform polysms.subject_save(which, challenges, s.failures, s.failures_end_at);
  end if;

  -- The latest first, each once.
  for i in reverse cardinality(challenges) .. 1 loop
    continue when challenges[i]->>'id' = new_order->>'id' or challenges[i]->>'ended' = 'approved';
    for last_provider in reverse jsonb_array_length(challenges[i]->'providers') - 1 .. 0 loop
      provider := challenges[i]->'providers'->last_provider;
      if not previous @> provider then previous := previous || jsonb_build_array(provider); end if;
    end loop;
  end loop;
  return jsonb_build_object('state', 'opened', 'previous', previous);
end
$$;

-- The order is {id, codes, providers}.
create function polysms.verification_settle(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record := polysms.subject_lock(which, test_now);
  challenges jsonb[] := s.challenges;
  i integer := polysms.challenge_index(challenges, new_order->>'id');
begin
  if i is null or challenges[i] ? 'ended' then return 'null'; end if;
  if jsonb_array_length(new_order->'codes') > 0 then
    challenges[i] := polysms.with_codes(challenges[i], new_order->'codes', new_order->'providers');
  else
    challenges := challenges[:i - 1] || challenges[i + 1:];
  end if;
  perform polysms.subject_save(which, challenges, s.failures, s.failures_end_at);
  return 'null';
end
$$;

-- The order is {id}; the answer whether the challenge was ended.
create function polysms.verification_cancel(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record := polysms.subject_lock(which, test_now);
  challenges jsonb[] := s.challenges;
  i integer := polysms.challenge_index(challenges, new_order->>'id');
begin
  if i is null or polysms.challenge_state(challenges[i], s.now_ms) <> 'pending' then return 'false'; end if;
  challenges[i] := challenges[i] || jsonb_build_object(
    'ended', 'canceled', 'forgetAt', s.now_ms + (challenges[i]->>'keepMs')::double precision);
  perform polysms.subject_save(which, challenges, s.failures, s.failures_end_at);
  return 'true';
end
$$;

-- The answer is a SubjectState. Writes nothing, and locks nothing: a replica can answer as well.
create function polysms.verification_read(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  held polysms.subjects;
  now_ms double precision := polysms.now_ms(test_now);
begin
  select * into held from polysms.subjects s where s.subject = which;
  return polysms.subject_state(
    array(
      select each from jsonb_array_elements(held.challenges) with ordinality as kept(each, place)
      where (each->>'forgetAt')::double precision > now_ms order by place
    ),
    case when held.failures_end_at > now_ms then held.failures else 0 end, held.failures_end_at, now_ms);
end
$$;

-- The order is {keepMs}; the answer is a SubjectState, as it was before.
create function polysms.verification_end(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record := polysms.subject_lock(which, test_now);
begin
  perform polysms.subject_save(
    which, polysms.end_all(s.challenges, null, null, s.now_ms + (new_order->>'keepMs')::double precision), 0, 0);
  return polysms.subject_state(s.challenges, s.failures, s.failures_end_at, s.now_ms);
end
$$;

insert into polysms.migrations (version) values (2);
