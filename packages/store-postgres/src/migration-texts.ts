/** The files of `migrations/` in their order. `pnpm api:update` writes this module, and a test holds both equal. */
export const migrationTexts: readonly string[] = [
  // 0001-messages.sql
  `-- Messages, their idempotency keys, the references of vendors, and what was said before.
--
-- Times are milliseconds since 1970. A row whose time has come is as good as gone: purge() deletes it later.
-- The word polysms is the name of the schema in all of these files. For another schema, replace it everywhere.

do $do$
begin
  if to_regnamespace('polysms') is null then
    create schema polysms;
  end if;
end
$do$;

create table polysms.migrations (
  version integer primary key,
  applied_at timestamptz not null default now()
);

-- Records change two or three times each: room on each page keeps the new version beside the old one.
create table polysms.messages (
  id text collate "C" primary key,
  -- A hash of the number. The record holds the number.
  phone text collate "C" not null,
  revision bigint not null,
  -- JSON, as text, so that every character survives.
  record text not null,
  due_at double precision,
  -- When the sweep may have it: due_at, or the end of a lease.
  next_at double precision,
  expires_at double precision not null
) with (fillfactor = 70);
create index messages_of_phone on polysms.messages (phone);
create index messages_due on polysms.messages (next_at) where next_at is not null;
create index messages_expired on polysms.messages (expires_at);

create table polysms.message_keys (
  -- A hash of the key.
  key text collate "C" primary key,
  message_id text collate "C" not null,
  fingerprint text collate "C" not null,
  expires_at double precision not null
);
create index message_keys_expired on polysms.message_keys (expires_at);

create table polysms.message_references (
  -- A hash of the provider and its reference.
  reference text collate "C" primary key,
  -- Null while reports wait for the message.
  message_id text collate "C",
  -- Each is JSON.
  reports text[] not null,
  expires_at double precision not null
);
create index message_references_expired on polysms.message_references (expires_at);

create table polysms.said (
  what text collate "C" primary key,
  expires_at double precision not null
);
create index said_expired on polysms.said (expires_at);

-- The time of a test, or of this server, in whole milliseconds.
create function polysms.now_ms(test_now double precision) returns double precision
language sql volatile as $$
  select coalesce(test_now, floor(extract(epoch from clock_timestamp())::double precision * 1000))
$$;

-- Takes the key, if there is one, and adds the record. Answers 'added', 'conflict', or 'held' with the message that has
-- the key. One that is there already was added by the same command.
create function polysms.message_add(
  test_now double precision, new_id text, new_phone text, new_revision bigint, new_record text,
  new_due_at double precision, lives_ms double precision,
  claim_key text, claim_fingerprint text, claim_ttl_ms double precision, claim_replaces text,
  out state text, out holder_id text, out holder_record text
) language plpgsql volatile as $$
declare
  now_ms double precision := polysms.now_ms(test_now);
  holder_fingerprint text;
begin
  if claim_key is not null then
    -- The row is locked either way: what is read of it next is what refused.
    insert into polysms.message_keys as k (key, message_id, fingerprint, expires_at)
    values (claim_key, new_id, claim_fingerprint, now_ms + claim_ttl_ms)
    on conflict (key) do update
      set message_id = excluded.message_id, fingerprint = excluded.fingerprint, expires_at = excluded.expires_at
      where k.expires_at <= now_ms
        or k.message_id = excluded.message_id
        or (k.fingerprint = excluded.fingerprint and k.message_id = claim_replaces);
    if not found then
      select k.message_id, k.fingerprint into holder_id, holder_fingerprint
      from polysms.message_keys k where k.key = claim_key;
      if holder_fingerprint is distinct from claim_fingerprint then
        state := 'conflict';
        holder_id := null;
        return;
      end if;
      state := 'held';
      select m.record into holder_record from polysms.messages m where m.id = holder_id and m.expires_at > now_ms;
      return;
    end if;
  end if;

  insert into polysms.messages as m (id, phone, revision, record, due_at, next_at, expires_at)
  values (new_id, new_phone, new_revision, new_record, new_due_at, new_due_at, now_ms + lives_ms)
  on conflict (id) do update
    set phone = excluded.phone, revision = excluded.revision, record = excluded.record, due_at = excluded.due_at,
      next_at = excluded.next_at, expires_at = excluded.expires_at
    where m.expires_at <= now_ms;
  state := 'added';
end
$$;

-- Puts a record in the place of the one before it. A lease stays if it is due at the same time as before.
create function polysms.message_replace(
  test_now double precision, new_id text, new_revision bigint, new_record text, new_due_at double precision,
  out state text, out current_record text
) language plpgsql volatile as $$
declare
  now_ms double precision := polysms.now_ms(test_now);
begin
  update polysms.messages m
  set revision = new_revision, record = new_record, due_at = new_due_at,
    next_at = case when m.due_at is not distinct from new_due_at then m.next_at else new_due_at end
  where m.id = new_id and m.revision = new_revision - 1 and m.expires_at > now_ms;
  state := 'replaced';
  if found then return; end if;
  select m.record into current_record from polysms.messages m where m.id = new_id and m.expires_at > now_ms;
  if current_record = new_record then
    current_record := null;
    return;
  end if;
  state := 'outdated';
end
$$;

insert into polysms.migrations (version) values (1);
`,
  // 0002-verification.sql
  `-- Verifications: a row for each subject, which every operation on the subject locks.
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

-- The challenges that have not ended, ended now. The one with the index \`approved\`, if any, is approved by the token.
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
`,
  // 0003-checks.sql
  `-- What becomes of a code that somebody typed in.

-- The order is a StoreCheck without its subject; the answer a CheckStep.
create function polysms.verification_check(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record := polysms.subject_lock(which, test_now);
  challenges jsonb[] := s.challenges;
  now_ms double precision := s.now_ms;
  failures integer := s.failures;
  failures_end_at double precision := s.failures_end_at;
  check_token text := new_order->>'token';
  max_failures integer := (new_order->>'maxFailures')::integer;
  guess jsonb;
  code jsonb;
  i integer;
  pending integer[] := '{}';
  digests jsonb := '{}';
  repeated boolean := false;
  exhausted boolean := false;
  live boolean := false;
  who jsonb;
  charged integer;
  checks_left integer := 0;
  judged boolean := false;
  issuers jsonb := '[]';
begin
  -- Of guesses of the same challenge the first counts.
  for guess in select * from jsonb_array_elements(new_order->'guesses') loop
    i := polysms.challenge_index(challenges, guess->>'id');
    continue when i is null or digests ? i::text;
    continue when new_order ? 'purpose' and challenges[i]->'purpose' <> new_order->'purpose';
    digests := digests || jsonb_build_object(i::text, guess->'digests');
    if challenges[i]->>'token' = check_token then
      if challenges[i]->>'ended' = 'approved' then
        return jsonb_build_object('state', 'approved', 'to', challenges[i]->'to', 'purpose', challenges[i]->'purpose');
      end if;
      repeated := repeated or not challenges[i] ? 'ended';
    end if;
    if not challenges[i] ? 'ended' then pending := pending || i; end if;
  end loop;
  if cardinality(pending) = 0 then return '{"state": "not-found"}'; end if;
  who := jsonb_build_object('to', challenges[pending[1]]->'to', 'purpose', challenges[pending[1]]->'purpose');

  if not repeated then
    if failures >= max_failures then return who || jsonb_build_object('state', 'exhausted'); end if;
    foreach i in array pending loop
      case polysms.challenge_state(challenges[i], now_ms)
        when 'pending' then live := true;
        when 'exhausted' then exhausted := true;
        else null;
      end case;
    end loop;
    if not live then
      return who || jsonb_build_object('state', case when exhausted then 'exhausted' else 'expired' end);
    end if;
  end if;

  -- Plain equality leaks nothing: digests are made under a secret pepper, so nobody can choose one that is almost right.
  foreach i in array pending loop
    if exists (
      select from jsonb_array_elements(challenges[i]->'codes') each_code
      where each_code->>'kind' = 'local'
        and polysms.is_live(each_code, (challenges[i]->>'checks')::integer, now_ms)
        and digests->(i::text) ? (each_code->>'digest')
    ) then
      perform polysms.subject_save(which, polysms.end_all(
        challenges, i, check_token, now_ms + (new_order->>'keepMs')::double precision), 0, 0);
      return jsonb_build_object('state', 'approved', 'to', challenges[i]->'to', 'purpose', challenges[i]->'purpose');
    end if;
  end loop;

  if not repeated then
    foreach i in array pending loop
      if polysms.challenge_state(challenges[i], now_ms) = 'pending' then
        challenges[i] := challenges[i] || jsonb_build_object(
          'checks', (challenges[i]->>'checks')::integer + 1, 'token', check_token);
      end if;
    end loop;
    if new_order->'countsFailure' is distinct from 'false' then
      if failures = 0 then failures_end_at := now_ms + (new_order->>'failureWindowMs')::double precision; end if;
      failures := failures + 1;
    end if;
    perform polysms.subject_save(which, challenges, failures, failures_end_at);
  end if;

  foreach i in array pending loop
    checks_left := greatest(checks_left, polysms.checks_left(challenges[i], now_ms));
    -- What was live before this check was charged, now or the first time.
    charged := (challenges[i]->>'checks')::integer;
    if challenges[i]->>'token' = check_token then charged := charged - 1; end if;
    for code in select * from jsonb_array_elements(challenges[i]->'codes') loop
      continue when not polysms.is_live(code, charged, now_ms);
      if code->>'kind' = 'local' then
        judged := true;
      elsif not exists (
        select from jsonb_array_elements(issuers) known
        where known->'provider' = code->'provider' and known->'reference' is not distinct from code->'reference'
      ) then
        issuers := issuers || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
          'id', challenges[i]->'id', 'provider', code->'provider', 'reference', code->'reference')));
      end if;
    end loop;
  end loop;
  checks_left := greatest(0, least(checks_left, max_failures - failures));
  if jsonb_array_length(issuers) = 0 then
    return who || jsonb_build_object('state', 'incorrect', 'checksLeft', checks_left);
  end if;
  return who || jsonb_build_object(
    'state', 'ask', 'issuers', issuers, 'checksLeft', checks_left, 'judged', judged);
end
$$;

-- The order is a CheckConclusion without its subject; the answer that of conclude().
create function polysms.verification_conclude(test_now double precision, which text, new_order jsonb)
returns jsonb language plpgsql volatile as $$
declare
  s record := polysms.subject_lock(which, test_now);
  challenges jsonb[] := s.challenges;
  failures integer := s.failures;
  check_token text := new_order->>'token';
  wanted text;
  i integer;
  pending integer[] := '{}';
  refunded boolean := false;
begin
  for wanted in select * from jsonb_array_elements_text(new_order->'ids') loop
    i := polysms.challenge_index(challenges, wanted);
    continue when i is null;
    if challenges[i]->>'ended' = 'approved' and challenges[i]->>'token' = check_token
      and new_order->>'verdict' = 'approved' then
      return '"approved"';
    end if;
    if not challenges[i] ? 'ended' then pending := pending || i; end if;
  end loop;

  if new_order->>'verdict' = 'approved' then
    if cardinality(pending) = 0 then return '"not-found"'; end if;
    perform polysms.subject_save(which, polysms.end_all(
      challenges, pending[1], check_token, s.now_ms + (new_order->>'keepMs')::double precision), 0, 0);
    return '"approved"';
  end if;

  foreach i in array pending loop
    if challenges[i]->>'token' = check_token then
      challenges[i] := (challenges[i] - 'token') ||
        jsonb_build_object('checks', (challenges[i]->>'checks')::integer - 1);
      refunded := true;
    end if;
  end loop;
  if not refunded then return '"not-found"'; end if;
  if new_order->'countsFailure' is distinct from 'false' then failures := greatest(0, failures - 1); end if;
  perform polysms.subject_save(which, challenges, failures, s.failures_end_at);
  return '"refunded"';
end
$$;

insert into polysms.migrations (version) values (3);
`,
  // 0004-limits.sql
  `-- Limits: a row for each window, and one for each unit that was given back.

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
`,
  // 0005-opt-outs.sql
  `-- Opt-outs, one row for each key. Nothing but a later word ends one.

create table polysms.opt_outs (
  key text collate "C" primary key,
  is_out boolean not null,
  -- When the person said so.
  said_at double precision not null,
  -- Null for an opt-out, which is kept for good.
  expires_at double precision
);
create index opt_outs_expired on polysms.opt_outs (expires_at) where expires_at is not null;

insert into polysms.migrations (version) values (5);
`,
];
