-- C1: one resource table and one table of entries a value kind for all types.
drop schema if exists shared cascade;
create schema shared;
create table shared.resource (
  tenant_id int not null,
  version int not null,
  key bigint not null,
  target bigint not null,
  last_updated timestamptz(3) not null,
  type text collate "C" not null,
  id text collate "C" not null,
  method text collate "C" not null,
  body text,
  primary key (tenant_id, type, id)
);
create unique index resource_live on shared.resource (tenant_id, type, key) where body is not null;
create index resource_last_updated on shared.resource (tenant_id, type, last_updated, key);
create table shared.token_entry (
  tenant_id int not null, parameter int not null, code bigint not null, key bigint not null, system int not null,
  primary key (tenant_id, parameter, code, key, system)
);
create table shared.string_entry (
  tenant_id int not null, parameter int not null, key bigint not null, exact bigint not null, value text collate "C" not null,
  primary key (tenant_id, parameter, value, key, exact)
);
create table shared.reference_entry (
  tenant_id int not null, parameter int not null, target bigint not null, key bigint not null,
  primary key (tenant_id, parameter, target, key)
);
create table shared.date_entry (
  tenant_id int not null, parameter int not null, low bigint not null, high bigint not null, key bigint not null,
  primary key (tenant_id, parameter, low, high, key)
);
create index date_entry_high on shared.date_entry (tenant_id, parameter, high, low, key);
create index date_entry_key on shared.date_entry (tenant_id, parameter, key, low, high);

insert into shared.resource
select tenant_id, 1, key, sample.hash('Observation/' || id), last_updated, 'Observation', id, 'POST', body from sample.observation order by key;
insert into shared.token_entry
select o.tenant_id, e.parameter, sample.hash(e.code), o.key, hashtext(e.system)
from sample.observation o cross join lateral (values
  (1, loinc, 'http://loinc.org'), (2, loinc, 'http://loinc.org'), (3, category, 'category'), (4, status, 'status'),
  (5, identifier, 'https://example.org/lab'), (6, 'import', 'https://example.org/source')) e (parameter, code, system)
order by o.key;
insert into shared.reference_entry
select o.tenant_id, e.parameter, sample.hash(e.target), o.key
from sample.observation o cross join lateral (values
  (11, subject), (12, encounter), (13, performer), (14, specimen)) e (parameter, target)
order by o.key;
insert into shared.date_entry
select tenant_id, 21, extract(epoch from effective)::bigint * 1000, extract(epoch from effective)::bigint * 1000 + 1000, key
from sample.observation order by key;
insert into shared.string_entry
select tenant_id, 31, key, sample.hash('lab'), 'http://hl7.org/fhir/us/core/structuredefinition/us-core-observation-lab'
from sample.observation order by key;

insert into shared.resource
select tenant_id, 1, key, sample.hash('Patient/' || id), last_updated, 'Patient', id, 'POST',
  format('{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}', id, family, given, birth_date)
from sample.patient order by key;
insert into shared.string_entry
select p.tenant_id, e.parameter, p.key, sample.hash(e.value), e.value
from sample.patient p cross join lateral (values (32, family), (33, given), (34, family), (34, given)) e (parameter, value)
order by p.key;
insert into shared.date_entry
select tenant_id, 22, extract(epoch from birth_date)::bigint * 1000, extract(epoch from birth_date + 1)::bigint * 1000, key
from sample.patient order by key;
