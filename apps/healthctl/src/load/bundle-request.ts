import type { ResourceHead } from './parse-resource.js';

/** A resource, ready to be sent. */
export interface ResourceText extends ResourceHead {
  /** The JSON as it stands in the file. */
  readonly text: string;
}

/** A resource of an NDJSON file. */
export interface ResourceLine extends ResourceText {
  /** From 1. */
  readonly line: number;
}

/**
 * A transaction of resources that stand alone: with an id it is an update that creates (PUT), without one a create.
 * The texts are embedded as they are, since parsing and writing them again would turn `1.50` into `1.5`.
 *
 * A transaction, not a batch: the server then keeps the outcome under the idempotency key in the same commit as the
 * resources, so that there is no moment in which a kill leaves some of them without a trace. What it refuses is
 * narrowed down by halving, see `submit-lines.ts`.
 */
export function transactionOf(resources: readonly ResourceText[]): Buffer {
  const entries = resources.map(({ text, resourceType, id }) => {
    const request =
      id === undefined ? { method: 'POST', url: resourceType } : { method: 'PUT', url: `${resourceType}/${id}` };
    return `{"resource":${text},"request":${JSON.stringify(request)}}`;
  });
  return Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`);
}
