export { createHttpAdapter } from './http-server.js';
export { FHIR_JSON, OutcomeFilter, toFhirError } from './outcome-filter.js';
export { formatQueryPairs, parseQueryPairs, type QueryPairs, queryPairsOf } from './query-pairs.js';
export { readJsonBody } from './request-body.js';
