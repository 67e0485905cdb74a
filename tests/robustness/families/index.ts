import type { Family } from '../malformed-request.js';
import { faultyBundles } from './bundle-families.js';
import { badEncodings, wrongContentTypes } from './encoding-families.js';
import { brokenJson, deepNesting, nulBytes, prototypePollution, strangeNumbers, wrongTypes } from './json-families.js';
import { badHeaders, pathTraversal, wrongMethods } from './request-families.js';
import { hostileHistory, hostileSearches } from './search-families.js';
import { hugeStrings, oversizedBodies } from './size-families.js';
import { chunkedGarbage, garbage, halfClosed, pipelining } from './wire-families.js';

export const families: readonly Family[] = [
  brokenJson,
  wrongTypes,
  deepNesting,
  nulBytes,
  prototypePollution,
  strangeNumbers,
  hugeStrings,
  oversizedBodies,
  badEncodings,
  wrongContentTypes,
  hostileSearches,
  hostileHistory,
  pathTraversal,
  wrongMethods,
  badHeaders,
  halfClosed,
  garbage,
  chunkedGarbage,
  pipelining,
  faultyBundles,
];
