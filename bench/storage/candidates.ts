import type { Queries, Subject } from './queries.ts';

export interface Candidate {
  readonly name: string;
  /** Its schema, and the file in sql/ that makes and fills it. */
  readonly schema: string;
  queries(subject: Subject): Queries;
}

/** C3: the shape of C1, but entries carry the time of the last update and the id of what they belong to. */
export const side: Candidate = {
  name: 'C3 side tables with last_updated and id',
  schema: 'side',
  queries: (s) => {
    const page = (entries: string, values: readonly unknown[], type = 'Observation') => ({
      text: `select r.id, r.version, r.body from (select distinct d.last_updated, d.id from ${entries}
          order by d.last_updated desc, d.id desc limit 21) matched
        join side.resource r on r.type = '${type}' and r.id = matched.id and r.body is not null
        order by r.last_updated desc, r.id desc`,
      values,
    });
    const code = 'side.value_entry d where d.parameter = 1 and d.value = sample.hash($1)';
    const patientAndCode = `d.parameter = 11 and d.value = sample.hash($1) and exists (select from side.value_entry e
      where e.parameter = 1 and e.value = sample.hash($2) and e.last_updated = d.last_updated and e.id = d.id)`;
    return {
      'rare token': page(code, [s.rareCode]),
      'common token, newest 20': page(code, [s.commonCode]),
      'patient + code, newest first': page(`side.value_entry d where ${patientAndCode}`, [s.patient, s.commonCode]),
      'patient + code, by date descending': {
        text: `select r.id, r.version, r.body from (
            select d.id, max(s.low) as low from side.value_entry d
            join side.date_entry s on s.parameter = 21 and s.id = d.id and s.last_updated = d.last_updated
            where ${patientAndCode} group by d.id order by 2 desc, 1 desc limit 21
          ) matched join side.resource r on r.type = 'Observation' and r.id = matched.id and r.body is not null
          order by matched.low desc, r.id desc`,
        values: [s.patient, s.commonCode],
      },
      'two common filters, nothing in common': page(
        `${code} and exists (select from side.value_entry e where e.parameter = 3 and e.value = sample.hash($2)
          and e.last_updated = d.last_updated and e.id = d.id)`,
        [s.commonCode, s.otherCategory],
      ),
      'date: one month, ge and lt': page('side.date_entry d where d.parameter = 21 and d.low >= $1 and d.low < $2', [
        s.monthStart,
        s.monthEnd,
      ]),
      'patient + date ge': page(
        `side.value_entry d where d.parameter = 11 and d.value = sample.hash($1) and exists (select from side.date_entry e
          where e.parameter = 21 and e.high > $2 and e.id = d.id and e.last_updated = d.last_updated)`,
        [s.patient, s.monthStart],
      ),
      'common token, page 50': page(
        `${code} and (d.last_updated, d.id) < (timestamptz '2026-01-01' + $2::int8 * interval '20 seconds', $3)`,
        [s.commonCode, s.deepKey, '00000000-0000-0000-0000-000000000000'],
      ),
      '_lastUpdated range, newest first': {
        text: `select r.id, r.version, r.body from side.resource r where r.type = 'Observation' and r.body is not null
          and r.last_updated >= $1 and r.last_updated < $2 order by r.last_updated desc, r.id desc limit 21`,
        values: [s.updatedFrom, s.updatedTo],
      },
      'string prefix': page(
        `side.string_entry d where d.parameter = 32 and d.value >= $1 and d.value < $1 || U&'\\+10FFFF'`,
        [s.family],
        'Patient',
      ),
      'count of a common token': { text: `select count(distinct d.id) from ${code}`, values: [s.commonCode] },
      'count of one month': {
        text: `select count(distinct d.id) from side.date_entry d where d.parameter = 21 and d.low >= $1 and d.low < $2`,
        values: [s.monthStart, s.monthEnd],
      },
    };
  },
};

/** The queries of the candidates that keep everything on the row: a condition each, and the planner's choice. */
function rowQueries(
  table: string,
  s: Subject,
  conditions: {
    token(parameter: string): string;
    patient(parameter: string): string;
    dateFrom(parameter: string): string;
    dateTo(parameter: string): string;
    readonly date: string;
    readonly family: string;
    readonly values: {
      code(code: string): unknown;
      readonly otherCategory: unknown;
      readonly patient: unknown;
      readonly from: unknown;
      readonly to: unknown;
    };
  },
): Queries {
  const page = (condition: string, values: readonly unknown[], order = 'r.key desc', type = 'Observation') => ({
    text: `select r.id, r.version, r.body from ${table} r where r.type = '${type}' and r.body is not null and ${condition}
      order by ${order} limit 21`,
    values,
  });
  const { values } = conditions;
  const code = conditions.token('$1');
  const both = `${conditions.patient('$1')} and ${conditions.token('$2')}`;
  const common = values.code(s.commonCode);
  return {
    'rare token': page(code, [values.code(s.rareCode)]),
    'common token, newest 20': page(code, [common]),
    'patient + code, newest first': page(both, [values.patient, common]),
    'patient + code, by date descending': page(both, [values.patient, common], `${conditions.date} desc, r.key desc`),
    'two common filters, nothing in common': page(`${code} and ${conditions.token('$2')}`, [
      common,
      values.otherCategory,
    ]),
    'date: one month, ge and lt': page(`${conditions.dateFrom('$1')} and ${conditions.dateTo('$2')}`, [
      values.from,
      values.to,
    ]),
    'patient + date ge': page(`${conditions.patient('$1')} and ${conditions.dateFrom('$2')}`, [
      values.patient,
      values.from,
    ]),
    'common token, page 50': page(`${code} and r.key < $2`, [common, s.deepKey]),
    '_lastUpdated range, newest first': page(
      'r.last_updated >= $1 and r.last_updated < $2',
      [s.updatedFrom, s.updatedTo],
      'r.last_updated desc, r.key desc',
    ),
    'string prefix': page(
      `${conditions.family} >= $1 and ${conditions.family} < $1 || U&'\\+10FFFF'`,
      [s.family],
      'r.key desc',
      'Patient',
    ),
    'count of a common token': {
      text: `select count(*) from ${table} r where r.type = 'Observation' and ${code}`,
      values: [common],
    },
    'count of one month': {
      text: `select count(*) from ${table} r where r.type = 'Observation'
        and ${conditions.dateFrom('$1')} and ${conditions.dateTo('$2')}`,
      values: [values.from, values.to],
    },
  };
}

export const tokens: Candidate = {
  name: 'C4 bigint[] on the row, GIN',
  schema: 'tokens',
  queries: (s) =>
    rowQueries('tokens.resource', s, {
      token: (parameter) => `r.tokens @> array[sample.hash(${parameter})]`,
      patient: (parameter) => `r.tokens @> array[sample.hash(${parameter})]`,
      dateFrom: (parameter) => `r.low >= ${parameter}`,
      dateTo: (parameter) => `r.low < ${parameter}`,
      date: 'r.low',
      family: 'r.family',
      values: {
        code: (code) => `1${code}`,
        otherCategory: `3${s.otherCategory}`,
        patient: `11${s.patient}`,
        from: s.monthStart,
        to: s.monthEnd,
      },
    }),
};

export const json: Candidate = {
  name: 'C5 jsonb body, jsonb_path_ops',
  schema: 'json',
  queries: (s) => {
    const effective = `((r.body ->> 'effectiveDateTime') collate "C")`;
    return rowQueries('json.resource', s, {
      token: (parameter) => `r.body @> ${parameter}::jsonb`,
      patient: (parameter) => `r.body @> ${parameter}::jsonb`,
      dateFrom: (parameter) => `${effective} >= ${parameter}`,
      dateTo: (parameter) => `${effective} < ${parameter}`,
      date: effective,
      family: `((r.body #>> '{name,0,family}') collate "C")`,
      values: {
        code: (code) => JSON.stringify({ code: { coding: [{ code }] } }),
        otherCategory: JSON.stringify({ category: [{ coding: [{ code: s.otherCategory }] }] }),
        patient: JSON.stringify({ subject: { reference: s.patient } }),
        from: new Date(s.monthStart).toISOString(),
        to: new Date(s.monthEnd).toISOString(),
      },
    });
  },
};
