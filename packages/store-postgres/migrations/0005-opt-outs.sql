-- Opt-outs, one row for each key. Nothing but a later word ends one.

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
