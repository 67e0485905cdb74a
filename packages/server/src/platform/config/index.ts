export { ConfigError } from './config-error.js';
export { type Config, type DatabaseConfig, loadConfig } from './config.js';
