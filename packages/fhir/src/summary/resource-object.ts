/** A resource of whatever type: what summaries need to know of it. */
export interface ResourceObject {
  readonly resourceType: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;
