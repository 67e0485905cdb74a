export { type HistoryPosition, HistoryReader, type HistoryScope } from './history-reader.js';
export { ResourceKeys } from './resource-key.js';
export { ResourceReader } from './resource-reader.js';
export { ResourceWriter, type VersionToStore } from './resource-writer.js';
export { indexedUri, tokenCode, tokenSystem } from './search-entries.js';
export type { ResourceIdentity, StoredVersion } from './stored-version.js';
export { type VersionRow, toVersion } from './version-row.js';
export { hash64 } from './value-hash.js';
