import type { StoredVersion } from './stored-version.js';

/** A row of fhir.resource or fhir.resource_history as the driver gives it. */
export interface VersionRow {
  type: string;
  id: string;
  key: string;
  version: number;
  last_updated: Date;
  method: StoredVersion['method'];
  body: string | null;
}

export function toVersion(row: VersionRow): StoredVersion {
  return {
    type: row.type,
    id: row.id,
    key: row.key,
    version: row.version,
    lastUpdated: row.last_updated,
    method: row.method,
    body: row.body,
  };
}
