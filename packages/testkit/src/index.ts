export { createTenant } from './create-tenant.js';
export { createTemplate, createTestDatabase, type Template, type TestDatabase } from './test-database.js';
export { startTestServer, type TestServer } from './test-server.js';
export { withClient } from './with-client.js';
