-- Messages, their idempotency keys, the references of vendors, and what was said before.
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
