export type * from './search/search-parameter.js';
export type * from './search/search-query.js';
