export { ConditionMatcher } from './condition-matcher.js';
export { type SearchPage, SearchReader } from './search-reader.js';
