export { DatabaseCheck, type DatabaseState } from './database-check.js';
export { HealthModule } from './health.module.js';
