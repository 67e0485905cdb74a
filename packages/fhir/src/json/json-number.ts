declare global {
  /** ES2026 "JSON.parse source text access": in Node since 22, not yet in the compiler's library. */
  interface JSON {
    rawJSON(text: string): RawJsonNumber;
    isRawJSON(value: unknown): value is RawJsonNumber;
  }
}

/** A JSON number whose text a double would not give back (`1.00`, `-0`, 20 digits); `JSON.stringify` writes the text. */
export interface RawJsonNumber {
  readonly rawJSON: string;
}

/** A number as `parseJson` gives it. */
export type JsonNumber = number | RawJsonNumber;

/** What `parseJson` gives. */
export type JsonValue = null | boolean | JsonNumber | string | JsonValue[] | { [name: string]: JsonValue };

/** True for a JSON number: a finite double, or one that was kept as text. */
export function isDecimal(value: unknown): value is JsonNumber {
  return typeof value === 'number' ? Number.isFinite(value) : JSON.isRawJSON(value);
}

/** The nearest double; infinite when the text is beyond its range (`1e999`). */
export function numberOf(value: JsonNumber): number {
  return typeof value === 'number' ? value : Number(value.rawJSON);
}
