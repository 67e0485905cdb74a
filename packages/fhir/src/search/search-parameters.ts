import { readFileSync } from 'node:fs';
import { isResourceType } from '../definitions/resource-types.js';
import type { SearchParameter, SearchParameterType } from './search-parameter.js';

type Row = readonly [type: SearchParameterType, url: string, expression: string, targets?: readonly string[]];

/** Parameters whose definition names no way to find a value: what they mean is up to the server, and we have none. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['phonetic']);

const rows = JSON.parse(
  // The same distance from src/search as from dist/search.
  readFileSync(new URL('../../definitions/r4/search-parameters.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, Row>>>>;

const known = new Map<string, ReadonlyMap<string, SearchParameter>>();

/** The published search parameters of a resource type by code, those of every resource included; none of other types. */
export function searchParametersOf(resourceType: string): ReadonlyMap<string, SearchParameter> {
  if (!isResourceType(resourceType)) {
    return new Map();
  }
  let parameters = known.get(resourceType);
  if (parameters === undefined) {
    parameters = make(resourceType);
    known.set(resourceType, parameters);
  }
  return parameters;
}

function make(resourceType: string): ReadonlyMap<string, SearchParameter> {
  const own = Object.entries({ ...rows['Resource'], ...rows['DomainResource'], ...rows[resourceType] });
  const parameters = new Map<string, SearchParameter>();
  for (const [code, [type, url, expression, targets = []]] of own) {
    if (!WITHOUT_MEANING.has(code)) {
      parameters.set(code, new PublishedParameter(resourceType, code, type, url, expression, targets));
    }
  }
  const byMeaning = new Map<string, PublishedParameter>();
  for (const parameter of parameters.values() as Iterable<PublishedParameter>) {
    const meaning = `${parameter.type} ${parameter.expression}`;
    parameter.storedAs = byMeaning.get(meaning) ?? parameter;
    byMeaning.set(meaning, byMeaning.get(meaning) ?? parameter);
  }
  for (const parameter of parameters.values() as Iterable<PublishedParameter>) {
    const narrowed = NARROWING.exec(parameter.expression);
    const wider = narrowed === null ? undefined : byMeaning.get(`reference ${narrowed[1]}`);
    if (parameter.type === 'reference' && wider !== undefined) {
      parameter.storedAs = wider;
      parameter.targets = [narrowed![2]!];
    }
  }
  return parameters;
}

const NARROWING = /^(.*)\.where\(resolve\(\) is (\w+)\)$/;

class PublishedParameter implements SearchParameter {
  readonly key: number;
  storedAs: SearchParameter = this;

  constructor(
    readonly resourceType: string,
    readonly code: string,
    readonly type: SearchParameterType,
    readonly url: string,
    readonly expression: string,
    public targets: readonly string[],
  ) {
    this.key = parameterKey(resourceType, code);
  }
}

/** FNV-1a, 32 bits, of `Type.code`, as a signed integer. A test shows that no two parameters of R4 share one. */
function parameterKey(resourceType: string, code: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${resourceType}.${code}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash | 0;
}
