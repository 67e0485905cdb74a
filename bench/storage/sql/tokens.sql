-- C4: hashed values as an array on the row, with a GIN index that also has the tenant; dates as columns.
create extension if not exists btree_gin;
drop schema if exists tokens cascade;
create schema tokens;
create table tokens.resource (
  tenant_id int not null,
  version int not null,
  key bigint not null,
  last_updated timestamptz(3) not null,
  low bigint,
  high bigint,
  type text collate "C" not null,
  id text collate "C" not null,
  method text collate "C" not null,
  family text collate "C",
  tokens bigint[] not null,
  body text,
  primary key (tenant_id, type, id),
  unique (tenant_id, type, key)
);
create index resource_last_updated on tokens.resource (tenant_id, type, last_updated, key);
create index resource_low on tokens.resource (tenant_id, type, low, high, key);
create index resource_high on tokens.resource (tenant_id, type, high, low, key);
create index resource_family on tokens.resource (tenant_id, type, family, key);

insert into tokens.resource
select tenant_id, 1, key, last_updated, extract(epoch from effective)::bigint * 1000,
  extract(epoch from effective)::bigint * 1000 + 1000, 'Observation', id, 'POST', null,
  array[sample.hash('1' || loinc), sample.hash('2' || loinc), sample.hash('3' || category), sample.hash('4' || status),
    sample.hash('5' || identifier), sample.hash('6import'), sample.hash('11' || subject), sample.hash('12' || encounter),
    sample.hash('13' || performer), sample.hash('14' || specimen), sample.hash('31us-core-observation-lab')],
  body
from sample.observation order by key;
insert into tokens.resource
select tenant_id, 1, key, last_updated, null, null, 'Patient', id, 'POST', family, array[sample.hash('32' || family)],
  format('{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}', id, family, given, birth_date)
from sample.patient order by key;
-- Made last: filling it row by row takes many times as long. Its size is that of a fresh index.
create index resource_tokens on tokens.resource using gin (tenant_id, tokens);
