-- Who may call: clients, people, keys, and what the authorization server remembers. Why it looks so:
-- docs/adr/0003-identity.md.
--
-- Row-level security holds where the clinic is known before the row is looked for: people. Clients, keys and the
-- server's own state are looked up by a random identifier that tells the clinic only when it is found.

-- Applications. The secret is random, 256 bits, and only its SHA-256 is kept; null: a public client.
create table identity.client (
  id text collate "C" primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$'),
  tenant_id integer not null references platform.tenant (id) on delete cascade,
  name text not null check (name <> ''),
  secret_hash bytea check (octet_length(secret_hash) = 32),
  redirect_uris text[] not null default '{}',
  grant_types text[] not null check (cardinality(grant_types) > 0),
  -- The most that the client is ever granted.
  scopes text[] not null,
  -- Ours: signing in is consent enough.
  first_party boolean not null default false,
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create index client_tenant_id on identity.client (tenant_id);

-- People. No foreign key points here: the policy decides what is visible.
create table identity.app_user (
  tenant_id integer not null references platform.tenant (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  username text not null check (username <> ''),
  -- What makes two names the same: compatibility form, lower case.
  username_key text collate "C" not null,
  display_name text not null check (display_name <> ''),
  -- argon2id, in PHC format.
  password_hash text not null check (password_hash like '$argon2id$%'),
  -- The most that an application may do in the name of this person.
  scopes text[] not null,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, username_key)
);
alter table identity.app_user enable row level security;
alter table identity.app_user force row level security;
create policy tenant_isolation on identity.app_user
  using (tenant_id = (select platform.current_tenant()))
  with check (tenant_id = platform.current_tenant());

-- Keys that sign tokens. The private half is sealed with a key that the database does not have.
create table identity.signing_key (
  kid text collate "C" primary key,
  public_jwk text not null,
  sealed_private_jwk bytea not null,
  created_at timestamptz not null,
  -- Signs from here on; published before, so that every verifier knows it by then.
  active_from timestamptz not null,
  -- Its tokens are accepted until here; null: no successor yet.
  retire_at timestamptz
);

-- State of sign-ins and grants. Found by the SHA-256 of the identifier: what is stored here opens nothing.
create table identity.oidc_payload (
  model text collate "C" not null,
  id_hash bytea not null check (octet_length(id_hash) = 32),
  -- JSON; text, since jsonb refuses characters that a caller may send in a parameter.
  payload text not null,
  grant_id text collate "C",
  uid text collate "C",
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (model, id_hash)
);
create index oidc_payload_grant_id on identity.oidc_payload (grant_id) where grant_id is not null;
create index oidc_payload_uid on identity.oidc_payload (uid) where uid is not null;
create index oidc_payload_expires_at on identity.oidc_payload (expires_at);

-- Failed sign-ins, counted by account and by address; the bucket is a keyed hash and names neither.
create table identity.sign_in_attempt (
  bucket bytea primary key check (octet_length(bucket) = 32),
  attempts integer not null check (attempts >= 0),
  window_ends_at timestamptz not null
);
create index sign_in_attempt_window_ends_at on identity.sign_in_attempt (window_ends_at);

-- Clients and people are disabled, not deleted, by the application: what they wrote still names them.
grant select, insert, update on identity.client, identity.app_user to healthcare_app;
grant select, insert, update, delete on identity.signing_key, identity.oidc_payload, identity.sign_in_attempt
  to healthcare_app;
