/** What the benchmark takes from the product as built: run `npm run build` first. */
export { Database, type Transaction } from '../../packages/server/dist/platform/database/index.js';
export { compileCount, compilePage } from '../../packages/server/dist/fhir/search/compile-search.js';
export {
  ResourceKeys,
  ResourceReader,
  ResourceWriter,
  type StoredVersion,
} from '../../packages/server/dist/fhir/storage/index.js';
export { SearchEntries } from '../../packages/server/dist/fhir/storage/search-entries.js';
export { extractSearchValues, parseSearch, resourceTypes, supportedSearchParameters } from '@healthcare/fhir';
export { migrateDatabase } from '@healthcare/server/migrations';

export const BASE_URL = 'https://example.org/fhir';
