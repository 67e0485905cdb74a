export { readRequestBundle } from './bundle-entry.js';
export type { ReturnPreference } from './bundle-response.js';
export { BatchProcessor } from './process-batch.js';
export { TransactionProcessor } from './process-transaction.js';
