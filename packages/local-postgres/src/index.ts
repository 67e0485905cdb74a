export { locateBinaries, type PostgresBinaries } from './binaries.js';
export { createDirectory, isInitialised, requireMajorVersion } from './data-directory.js';
export { freePort } from './free-port.js';
export { initCluster } from './init-cluster.js';
export { LocalPostgresError } from './local-postgres-error.js';
export { findPostmaster, type Postmaster } from './postmaster-file.js';
export { processIdentity, type ProcessIdentity } from './process-identity.js';
export { type LocalServer, startServer, stopServer } from './server.js';
