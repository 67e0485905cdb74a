import { isResourceType } from '../definitions/resource-types.js';
import { compileExpression, type Evaluate, type TypedValue } from '../fhirpath/compile-expression.js';
import { parseExpression } from '../fhirpath/parse-expression.js';
import type { SearchParameter, SearchValue } from './search-parameter.js';
import { searchParametersOf } from './search-parameters.js';
import { rangesOf } from './values/date-values.js';
import { targetsOf, urisOf } from './values/reference-values.js';
import { stringsOf } from './values/string-values.js';
import { tokensOf } from './values/token-values.js';

export interface ExtractOptions {
  /** FHIR base of this server: absolute references below it count as relative ones. */
  readonly baseUrl?: string;
}

interface Extractor {
  readonly parameter: SearchParameter;
  readonly evaluate: Evaluate;
}

/** Parameters that columns of the resource answer. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);
const EXTRACTED: ReadonlySet<string> = new Set(['token', 'string', 'reference', 'date', 'uri']);

const compiled = new Map<string, readonly Extractor[]>();

/** Whether values of the parameter are extracted, or those of the one that answers it. */
export function isExtracted(parameter: SearchParameter): boolean {
  return EXTRACTED.has(parameter.type) && !OWN_COLUMNS.has(parameter.code) && !isOfBundleContent(parameter);
}

/**
 * Everything that a resource is found by: one value for each search parameter and value, in no order; the same value
 * can come twice. Values that have the wrong shape are left out.
 *
 * @param resource A resource of R4; of another type it has no values.
 */
export function extractSearchValues(resource: unknown, options: ExtractOptions = {}): SearchValue[] {
  const resourceType = (resource as { resourceType?: unknown } | null)?.resourceType;
  if (typeof resourceType !== 'string' || !isResourceType(resourceType)) {
    return [];
  }
  return extractorsOf(resourceType).flatMap(({ parameter, evaluate }) =>
    evaluate(resource).flatMap((found) => valuesOf(parameter, found, options.baseUrl)),
  );
}

function extractorsOf(resourceType: string): readonly Extractor[] {
  let extractors = compiled.get(resourceType);
  if (extractors === undefined) {
    extractors = [...searchParametersOf(resourceType).values()]
      .filter((parameter) => parameter.storedAs === parameter && isExtracted(parameter))
      .map((parameter) => ({
        parameter,
        evaluate: compileExpression(parseExpression(parameter.expression), resourceType),
      }));
    compiled.set(resourceType, extractors);
  }
  return extractors;
}

function valuesOf(parameter: SearchParameter, found: TypedValue, baseUrl: string | undefined): readonly SearchValue[] {
  switch (parameter.type) {
    case 'token':
      return tokensOf(found).map((token) => ({ type: 'token', parameter, ...token }));
    case 'string':
      return stringsOf(found).map((string) => ({ type: 'string', parameter, ...string }));
    case 'reference':
      return targetsOf(found, baseUrl).map((target) => ({ type: 'reference', parameter, target }));
    case 'date':
      return rangesOf(found).map((range) => ({ type: 'date', parameter, ...range }));
    case 'uri':
      return urisOf(found).map((value) => ({ type: 'uri', parameter, value }));
    default:
      return [];
  }
}

/** `Bundle?composition=` looks into the resource inside: a search across resources, and no value of the bundle. */
function isOfBundleContent(parameter: SearchParameter): boolean {
  return parameter.expression === 'Bundle.entry[0].resource';
}
