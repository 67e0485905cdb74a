export { createLogger, describeError, LOGGER, type Logger } from './logger.js';
export { currentRequestId, enterContext, runInContext, type RequestContext } from './request-context.js';
