/** A FHIR resource in memory. Decimals may be `JSON.rawJSON` objects, so that they keep their precision. */
export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly [element: string]: unknown;
}
