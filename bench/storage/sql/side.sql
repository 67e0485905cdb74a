-- C3: one side table of hashed values whose index holds the time of the last update and the id.
drop schema if exists side cascade;
create schema side;
create table side.resource (
  tenant_id int not null,
  version int not null,
  last_updated timestamptz(3) not null,
  id uuid not null,
  type text collate "C" not null,
  method text collate "C" not null,
  body text,
  primary key (tenant_id, type, id)
);
create index resource_last_updated on side.resource (tenant_id, type, last_updated, id);
create table side.value_entry (
  tenant_id int not null, parameter int not null, value bigint not null, last_updated timestamptz(3) not null, id uuid not null,
  system int not null,
  primary key (tenant_id, parameter, value, last_updated, id, system)
);
create table side.string_entry (
  tenant_id int not null, parameter int not null, last_updated timestamptz(3) not null, exact bigint not null, id uuid not null,
  value text collate "C" not null,
  primary key (tenant_id, parameter, value, last_updated, id, exact)
);
create table side.date_entry (
  tenant_id int not null, parameter int not null, low bigint not null, high bigint not null,
  last_updated timestamptz(3) not null, id uuid not null,
  primary key (tenant_id, parameter, low, high, last_updated, id)
);
create index date_entry_high on side.date_entry (tenant_id, parameter, high, low, last_updated, id);

insert into side.resource
select tenant_id, 1, last_updated, id::uuid, 'Observation', 'POST', body from sample.observation order by key;
insert into side.value_entry
select o.tenant_id, e.parameter, sample.hash(e.code), o.last_updated, o.id::uuid, hashtext(e.system)
from sample.observation o cross join lateral (values
  (1, loinc, 'http://loinc.org'), (2, loinc, 'http://loinc.org'), (3, category, 'category'), (4, status, 'status'),
  (5, identifier, 'https://example.org/lab'), (6, 'import', 'https://example.org/source'),
  (11, subject, ''), (12, encounter, ''), (13, performer, ''), (14, specimen, '')) e (parameter, code, system)
order by o.key;
insert into side.date_entry
select tenant_id, 21, extract(epoch from effective)::bigint * 1000, extract(epoch from effective)::bigint * 1000 + 1000,
  last_updated, id::uuid
from sample.observation order by key;
insert into side.string_entry
select tenant_id, 31, last_updated, sample.hash('lab'), id::uuid, 'http://hl7.org/fhir/us/core/structuredefinition/us-core-observation-lab'
from sample.observation order by key;

insert into side.resource
select tenant_id, 1, last_updated, id::uuid, 'Patient', 'POST',
  format('{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}', id, family, given, birth_date)
from sample.patient order by key;
insert into side.string_entry
select p.tenant_id, e.parameter, p.last_updated, sample.hash(e.value), p.id::uuid, e.value
from sample.patient p cross join lateral (values (32, family), (33, given), (34, family), (34, given)) e (parameter, value)
order by p.key;
