/** A JSON number whose text a double would not give back (`1.00`, `-0`, 20 digits); `JSON.stringify` writes the text. */
export interface RawJsonNumber {
  readonly rawJSON: string;
}

/** A number as `parseJson` gives it. */
export type JsonNumber = number | RawJsonNumber;

/** ES2026 "JSON.parse source text access", in Node since 22; the compiler's library does not have it yet. */
interface RawJson {
  rawJSON(text: string): RawJsonNumber;
  isRawJSON(value: unknown): value is RawJsonNumber;
}
const raw = JSON as unknown as RawJson;

export function isRawNumber(value: unknown): value is RawJsonNumber {
  return raw.isRawJSON(value);
}

/** @param text a JSON number */
export function rawNumber(text: string): RawJsonNumber {
  return raw.rawJSON(text);
}

/** True for a JSON number: a finite double, or one that was kept as text. */
export function isDecimal(value: unknown): value is JsonNumber {
  return typeof value === 'number' ? Number.isFinite(value) : isRawNumber(value);
}

/** The nearest double; infinite when the text is beyond its range (`1e999`). */
export function numberOf(value: JsonNumber): number {
  return typeof value === 'number' ? value : Number(value.rawJSON);
}

/** The number as it is written in JSON: for a kept number, exactly as it was received. */
export function textOfNumber(value: JsonNumber): string {
  return typeof value === 'number' ? JSON.stringify(value) : value.rawJSON;
}
