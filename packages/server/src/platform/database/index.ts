export { DatabaseUnavailableError } from './database-unavailable-error.js';
export { Database, type TransactionOptions } from './database.js';
export { createSqlBuilder } from './sql-builder.js';
export { Transaction, type Tx } from './transaction.js';
export { requireLeastPrivilege } from './least-privilege.js';
