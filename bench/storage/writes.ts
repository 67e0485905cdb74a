import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';

/** An Observation as it is written, with what it is found by; hashes are taken as given. */
export interface Sample {
  readonly id: string;
  readonly key: string;
  readonly lastUpdated: string;
  readonly body: string;
  readonly tokens: readonly (readonly [parameter: number, code: string, system: number])[];
  readonly references: readonly (readonly [parameter: number, target: string])[];
  readonly date: readonly [low: number, high: number];
  readonly profile: string;
}

export const PROFILE = 'http://hl7.org/fhir/us/core/structuredefinition/us-core-observation-lab';

export function randomHash(): string {
  return randomBytes(8).readBigInt64BE().toString();
}

/** Draws new Observations that look like the sample's, for `tenant`. */
export class Writer {
  readonly #rows: readonly SampleRow[];
  #key: number;

  private constructor(rows: readonly SampleRow[], key: number) {
    this.#rows = rows;
    this.#key = key;
  }

  static async of(owner: pg.Client, tenant: number, resources: number): Promise<Writer> {
    const { rows } = await owner.query<SampleRow>(
      `select id, body, sample.hash(loinc) as code, sample.hash(category) as category, sample.hash(status) as status,
        sample.hash(subject) as subject, sample.hash(encounter) as encounter, sample.hash(performer) as performer,
        sample.hash('import') as tag, sample.hash('lab') as profile, extract(epoch from effective)::float8 * 1000 as low
      from sample.observation where tenant_id = $1 order by key limit 500`,
      [tenant],
    );
    return new Writer(rows, resources * 2);
  }

  draw(count: number): Sample[] {
    return Array.from({ length: count }, () => {
      const row = this.#rows[Math.floor(Math.random() * this.#rows.length)]!;
      const id = randomUUID();
      return {
        id,
        key: String(this.#key++),
        lastUpdated: new Date(Date.UTC(2028, 0, 1) + this.#key * 10).toISOString(),
        body: row.body.replace(row.id, id),
        tokens: [
          [1, row.code, 1],
          [2, row.code, 1],
          [3, row.category, 2],
          [4, row.status, 3],
          [5, randomHash(), 4],
          [6, row.tag, 5],
        ],
        references: [
          [11, row.subject],
          [12, row.encounter],
          [13, row.performer],
          [14, randomHash()],
        ],
        date: [row.low, row.low + 1000],
        profile: row.profile,
      };
    });
  }
}

interface SampleRow {
  readonly id: string;
  readonly body: string;
  readonly code: string;
  readonly category: string;
  readonly status: string;
  readonly subject: string;
  readonly encounter: string;
  readonly performer: string;
  readonly tag: string;
  readonly profile: string;
  readonly low: number;
}
