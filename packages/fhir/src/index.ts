export type * from './search/search-parameter.js';
export type * from './search/search-query.js';
export { choiceTypes, elementsOf, type ElementDefinition, type ElementType } from './definitions/elements.js';
export { isResourceType, resourceTypes } from './definitions/resource-types.js';
export { isDecimal, numberOf, type JsonNumber, type RawJsonNumber } from './json/json-number.js';
export { JsonSyntaxError } from './json/json-syntax-error.js';
export { parseJson } from './json/parse-json.js';
export { validateResource } from './validation/validate-resource.js';
export type { ValidationIssue, ValidationIssueCode } from './validation/validation-issue.js';
