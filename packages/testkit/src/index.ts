export { createTenant } from './create-tenant.js';
export { createTemplate, createTestDatabase, type Template, type TestDatabase } from './test-database.js';
export { startTestServer, type TestServer } from './test-server.js';
export { withClient } from './with-client.js';
export { bootApi, type BootedApi, type ClientFile } from './boot-api.js';
export { FhirClient, type FhirAnswer } from './fhir-client.js';
export { freePort } from '@healthcare/local-postgres';
export { startRole, type RoleProcess } from './api-process.js';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
