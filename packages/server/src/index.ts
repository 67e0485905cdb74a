export { startApi, type RunningApi } from './api/index.js';
export { type Config, ConfigError, loadConfig } from './platform/config/index.js';
export { Database } from './platform/database/index.js';
export { createLogger, type Logger } from './platform/logging/index.js';
export { runProcess } from './platform/shutdown/index.js';
export { createClient, createUser, OPERATOR_SCOPE } from './identity/index.js';
export { type RunningWorker, startWorker } from './worker/index.js';
