import { STATUS_CODES } from 'node:http';
import type { FhirError } from '../../platform/errors/index.js';
import { bundleText, type BundleEntryText, type InteractionResult } from '../interactions/index.js';

/** `Prefer: return=`: what a write answers with. */
export type ReturnPreference = 'minimal' | 'representation' | 'OperationOutcome';

/** The entry of a response bundle that tells what became of a request. */
export function responseEntry(result: InteractionResult, baseUrl: string, prefer: ReturnPreference): BundleEntryText {
  return {
    resource: result.isWritten === true && prefer !== 'representation' ? undefined : result.body,
    response: {
      status: statusLine(result.status),
      // Relative to the base, as the rest of the bundle.
      location: result.location?.slice(baseUrl.length + 1),
      etag: result.etag,
      lastModified: result.lastModified?.toISOString(),
    },
  };
}

/** The entry of a batch response for a request that was refused. */
export function refusedEntry(refusal: FhirError): BundleEntryText {
  return { response: { status: statusLine(refusal.status), outcome: refusal.outcome } };
}

export function responseBundle(type: 'batch' | 'transaction', entries: readonly BundleEntryText[]): InteractionResult {
  return { status: 200, body: bundleText({ type: `${type}-response` }, entries) };
}

function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
