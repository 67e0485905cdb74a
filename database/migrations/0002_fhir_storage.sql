-- Storage of FHIR resources. Why it looks so, and what was measured: docs/adr/0002-storage.md.
--
-- Every table leads with the tenant, in its columns and in its indexes: row-level security then costs nothing, and the
-- tables can be distributed by tenant. Search conditions are B-tree operators on integers and text "C", since an index
-- may serve a condition under row-level security only if its operator is leakproof.
--
-- Bodies are compressed as default_toast_compression says: not every build of PostgreSQL has lz4.
--
-- There are no foreign keys to platform.tenant: each insert would lock the tenant's row. The policies check more.

-- The current version of every resource; a deleted resource stays, without a body.
create table fhir.resource (
  tenant_id integer not null,
  version integer not null check (version > 0),
  -- Given once, at the first version, and grows with time: what search entries point at and pages continue from.
  key bigint not null,
  -- First 64 bits of the SHA-256 of 'Type/id': what reference_entry.target holds for a reference to this resource.
  target bigint not null,
  last_updated timestamptz(3) not null,
  type text collate "C" not null,
  id text collate "C" not null,
  -- HTTP method that made this version, as history tells it.
  method text collate "C" not null check (method in ('POST', 'PUT', 'DELETE')),
  -- The JSON that goes to the client as it is; null: deleted.
  body text check ((body is null) = (method = 'DELETE')),
  primary key (tenant_id, type, id)
);
-- Only what searches find: they walk it without a look at the rows.
create unique index resource_key on fhir.resource (tenant_id, type, key) where body is not null;
create index resource_last_updated on fhir.resource (tenant_id, type, last_updated, key);

-- Versions that were replaced. Rows are only ever added.
create table fhir.resource_history (
  tenant_id integer not null,
  version integer not null,
  key bigint not null,
  last_updated timestamptz(3) not null,
  type text collate "C" not null,
  id text collate "C" not null,
  method text collate "C" not null,
  body text,
  primary key (tenant_id, type, id, version)
);
create index resource_history_last_updated on fhir.resource_history (tenant_id, type, last_updated, key, version);

-- Search entries: one row a value, one index a table. They are found again for removal by their whole content, which is
-- computed from the body they came from, so no index by resource is kept.

-- code: hash of the lower-case code; system: hash of the system, 0 without one.
create table fhir.token_entry (
  tenant_id integer not null,
  parameter integer not null,
  code bigint not null,
  key bigint not null,
  system integer not null,
  primary key (tenant_id, parameter, code, key, system)
);

-- value: normalised, cut to a bounded length; exact: hash of the whole value as written. Also for uri parameters.
create table fhir.string_entry (
  tenant_id integer not null,
  parameter integer not null,
  key bigint not null,
  exact bigint not null,
  value text collate "C" not null,
  primary key (tenant_id, parameter, value, key, exact)
);

-- target: hash of 'Type/id' or of the absolute URL.
create table fhir.reference_entry (
  tenant_id integer not null,
  parameter integer not null,
  target bigint not null,
  key bigint not null,
  primary key (tenant_id, parameter, target, key)
);

-- [low, high) in milliseconds since 1970 UTC.
create table fhir.date_entry (
  tenant_id integer not null,
  parameter integer not null,
  low bigint not null,
  high bigint not null,
  key bigint not null,
  primary key (tenant_id, parameter, low, high, key)
);
-- For what ends before or after a date, and for the dates of one resource when another filter drives the search.
create index date_entry_high on fhir.date_entry (tenant_id, parameter, high, low, key);
create index date_entry_key on fhir.date_entry (tenant_id, parameter, key, low, high);

-- What was answered to a request that carried an Idempotency-Key, so that its repetition changes nothing.
create table fhir.idempotent_request (
  tenant_id integer not null,
  key text collate "C" not null,
  -- SHA-256 of method, path and body: the same key with another request is a mistake of the client.
  fingerprint bytea not null,
  status smallint,
  response text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index idempotent_request_created_at on fhir.idempotent_request (tenant_id, created_at);

-- The clinic comes from a sub-select: put in line, its number would be looked up in the statistics, and a clinic that
-- came after they were made would have no rows to the planner (docs/adr/0002-storage.md).
do $$
declare
  table_name text;
begin
  foreach table_name in array array[
    'resource', 'resource_history', 'token_entry', 'string_entry', 'reference_entry', 'date_entry', 'idempotent_request'
  ] loop
    -- All clinics share the tables: a tenth of them, the default, is many clinics, and until then theirs is planned blindly.
    execute format(
      'alter table fhir.%I set (autovacuum_analyze_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02)',
      table_name);
    execute format('alter table fhir.%I enable row level security', table_name);
    execute format('alter table fhir.%I force row level security', table_name);
    execute format(
      'create policy tenant_isolation on fhir.%I using (tenant_id = (select platform.current_tenant())) '
      'with check (tenant_id = platform.current_tenant())', table_name);
  end loop;
end
$$;

grant select, insert, update on fhir.resource to healthcare_app;
grant select, insert on fhir.resource_history to healthcare_app;
grant select, insert, delete on fhir.token_entry, fhir.string_entry, fhir.reference_entry, fhir.date_entry
  to healthcare_app;
grant select, insert, update, delete on fhir.idempotent_request to healthcare_app;
