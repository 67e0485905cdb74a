-- C5: the body as jsonb with jsonb_path_ops, and B-trees for what is sorted or is a range.
drop schema if exists json cascade;
create schema json;
create table json.resource (
  tenant_id int not null,
  version int not null,
  key bigint not null,
  last_updated timestamptz(3) not null,
  type text collate "C" not null,
  id text collate "C" not null,
  method text collate "C" not null,
  body jsonb,
  primary key (tenant_id, type, id),
  unique (tenant_id, type, key)
);
create index resource_last_updated on json.resource (tenant_id, type, last_updated, key);
create index resource_effective on json.resource (tenant_id, type, ((body ->> 'effectiveDateTime') collate "C"), key);
create index resource_family on json.resource (tenant_id, type, ((body #>> '{name,0,family}') collate "C"), key);

insert into json.resource
select tenant_id, 1, key, last_updated, 'Observation', id, 'POST', body::jsonb from sample.observation order by key;
insert into json.resource
select tenant_id, 1, key, last_updated, 'Patient', id, 'POST',
  format('{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}', id, family, given, birth_date)::jsonb
from sample.patient order by key;
-- Made last: filling it row by row takes many times as long. Its size is that of a fresh index.
create index resource_body on json.resource using gin (body jsonb_path_ops);
