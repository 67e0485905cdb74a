-- C1: fills the tables of the product. A name in braces stands for the key of a search parameter.
insert into fhir.resource (tenant_id, version, key, target, last_updated, type, id, method, body)
select tenant_id, 1, key, sample.hash('Observation/' || id), last_updated, 'Observation', id, 'POST', body
from sample.observation order by key;

insert into fhir.token_entry (tenant_id, parameter, code, key, system)
select o.tenant_id, e.parameter, sample.hash(lower(e.code)), o.key, sample.hash32(e.system)
from sample.observation o cross join lateral (values
  ({Observation.code}, loinc, 'http://loinc.org'),
  ({Observation.combo-code}, loinc, 'http://loinc.org'),
  ({Observation.category}, category, 'http://terminology.hl7.org/CodeSystem/observation-category'),
  ({Observation.status}, status, 'http://hl7.org/fhir/observation-status'),
  ({Observation.identifier}, identifier, 'https://example.org/lab'),
  ({Observation._tag}, 'import', 'https://example.org/source')) e (parameter, code, system)
order by o.key;

insert into fhir.reference_entry (tenant_id, parameter, target, key)
select o.tenant_id, e.parameter, sample.hash(e.target), o.key
from sample.observation o cross join lateral (values
  ({Observation.subject}, subject), ({Observation.encounter}, encounter),
  ({Observation.performer}, performer), ({Observation.specimen}, specimen)) e (parameter, target)
order by o.key;

insert into fhir.date_entry (tenant_id, parameter, low, high, key)
select tenant_id, {Observation.date}, extract(epoch from effective)::bigint * 1000,
  extract(epoch from effective)::bigint * 1000 + 1000, key
from sample.observation order by key;

insert into fhir.string_entry (tenant_id, parameter, key, exact, value)
select o.tenant_id, {Observation._profile}, o.key, sample.hash(e.value), e.value
from sample.observation o
cross join (values ('http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab')) e (value)
order by o.key;

insert into fhir.resource (tenant_id, version, key, target, last_updated, type, id, method, body)
select tenant_id, 1, key, sample.hash('Patient/' || id), last_updated, 'Patient', id, 'POST',
  format('{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s"}',
    id, family, given, birth_date)
from sample.patient order by key;

insert into fhir.string_entry (tenant_id, parameter, key, exact, value)
select p.tenant_id, e.parameter, p.key, sample.hash(e.value), e.value
from sample.patient p cross join lateral (values
  ({Patient.family}, family), ({Patient.given}, given), ({Patient.name}, family), ({Patient.name}, given)) e (parameter, value)
order by p.key;

insert into fhir.date_entry (tenant_id, parameter, low, high, key)
select tenant_id, {Patient.birthdate}, extract(epoch from birth_date)::bigint * 1000,
  extract(epoch from birth_date + 1)::bigint * 1000, key
from sample.patient order by key;

insert into fhir.token_entry (tenant_id, parameter, code, key, system)
select tenant_id, {Patient.deceased}, sample.hash('false'), key, 0 from sample.patient order by key;
