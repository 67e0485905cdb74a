-- One sample for all candidates: Observations, and Patients, spread over the tenants.
-- Everything follows from the number of the row, so that two runs load the same.
drop schema if exists sample cascade;
create schema sample;

-- A number from 0 to m - 1 that looks random.
create function sample.pick(n bigint, seed int, m bigint) returns bigint
  language sql immutable parallel safe return abs(hashint8extended(n, seed) % m);
create function sample.uuid(t text) returns text
  language sql immutable parallel safe return md5(t)::uuid::text;
-- As the product hashes: the first bits of the SHA-256.
create function sample.hash(t text) returns bigint
  language sql immutable parallel safe
  return ('x' || left(encode(sha256(convert_to(t, 'UTF8')), 'hex'), 16))::bit(64)::bigint;
create function sample.hash32(t text) returns int
  language sql immutable parallel safe
  return ('x' || left(encode(sha256(convert_to(t, 'UTF8')), 'hex'), 8))::bit(32)::int;

create function sample.current_tenant() returns int
  language sql stable parallel safe return nullif(current_setting('app.tenant_id', true), '')::int;

-- 100,000 slots shared by 149 codes as Zipf has it, the first with a tenth; code 150 is rare and given out apart.
create table sample.code (slot int primary key, code int not null);
with ranks as (
  select r, sum(case r when 1 then 0.1 else 0.9 / 4.573 / r end) over (order by r) * 100000 as upto
  from generate_series(1, 149) r
)
insert into sample.code
select slot, r
from (select r, lag(upto, 1, 0.0) over (order by r) as after, case r when 149 then 100000 else upto end as upto from ranks) spans
cross join lateral generate_series(ceil(after)::int, ceil(upto)::int - 1) slot;

create unlogged table sample.observation as
with drawn as (
  select n,
    1 + n % :tenants as tenant_id,
    sample.pick(n, 1, 500) as patient,
    case when n % 100000 = 77 then 150 else c.code end as code,
    case sample.pick(n, 2, 50) when 0 then 'amended' when 1 then 'preliminary' else 'final' end as status,
    timestamptz '2016-01-01' + sample.pick(n, 3, 315360000) * interval '1 second' as effective
  from generate_series(1, :resources) n join sample.code c on c.slot = sample.pick(n, 4, 100000)
), named as (
  select drawn.*,
    sample.uuid('o' || n) as id,
    format('%s-%s', 10000 + code * 37, code % 10) as loinc,
    (array['laboratory', 'vital-signs', 'laboratory', 'survey', 'laboratory', 'vital-signs', 'exam', 'imaging'])[1 + code % 8] as category,
    'Patient/' || sample.uuid(format('p%s-%s', tenant_id, patient)) as subject,
    'Encounter/' || sample.uuid(format('e%s-%s-%s', tenant_id, patient, sample.pick(n, 5, 12))) as encounter,
    'Practitioner/' || sample.uuid(format('d%s-%s', tenant_id, sample.pick(n, 6, 40))) as performer,
    'Specimen/' || sample.uuid('s' || n) as specimen,
    timestamptz '2026-01-01' + n * interval '20 seconds' as last_updated
  from drawn
)
select n as key, tenant_id::int, id, loinc, category, status, subject, encounter, performer, specimen, effective,
  last_updated, 'LAB-' || n as identifier,
  format($json${"resourceType":"Observation","id":"%s","meta":{"versionId":"1","lastUpdated":"%s","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"],"tag":[{"system":"https://example.org/source","code":"import"}]},"identifier":[{"system":"https://example.org/lab","value":"LAB-%s"}],"status":"%s","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"%s","display":"%s"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"%s","display":"Measurement %s of the sample, mass per volume in serum or plasma"}],"text":"Measurement %s"},"subject":{"reference":"%s"},"encounter":{"reference":"%s"},"effectiveDateTime":"%s","issued":"%s","performer":[{"reference":"%s"}],"valueQuantity":{"value":%s,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N","display":"Normal"}]}],"note":[{"text":"Measured in the morning before the first meal."}],"specimen":{"reference":"%s"},"referenceRange":[{"low":{"value":60,"unit":"mg/dL"},"high":{"value":140,"unit":"mg/dL"},"text":"60 to 140 mg/dL"}]}$json$,
    id, to_char(last_updated, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), n, status, category, category, loinc, code, code,
    subject, encounter, to_char(effective, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    to_char(effective, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), performer, sample.pick(n, 7, 20000) / 100.0, specimen) as body
from named
order by n;

-- Family names of three syllables: 8,000 of them, 20 beginnings.
create unlogged table sample.patient as
select :resources + 1 + n as key, 1 + (n / :patientsPerTenant)::int as tenant_id,
  sample.uuid(format('p%s-%s', 1 + n / :patientsPerTenant, n % :patientsPerTenant)) as id,
  (select string_agg((array['ba','co','du','fe','gi','ha','jo','ku','le','mi','no','pa','qui','ro','su','ta','vi','wo','xe','zu'])
    [1 + sample.pick(n, 10 + part, 20)], '' order by part) from generate_series(1, 3) part) as family,
  (array['anna','bela','carl','dora','emil','fritz','gusta','hanna'])[1 + sample.pick(n, 20, 8)] as given,
  date '1930-01-01' + sample.pick(n, 21, 33000)::int as birth_date,
  timestamptz '2025-12-01' + n * interval '20 seconds' as last_updated
from generate_series(0, :tenants * :patientsPerTenant - 1) n;
analyze sample.observation;
analyze sample.patient;

grant usage on schema sample to bench_app;
grant execute on all functions in schema sample to bench_app;
