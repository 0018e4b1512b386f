-- What becomes of a code that somebody typed in.

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
