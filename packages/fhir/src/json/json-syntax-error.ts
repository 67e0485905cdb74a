/** Text that is not JSON as FHIR allows it. The message says what was expected and never repeats the text. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;

  /** @param offset index into the text at which reading stopped */
  constructor(reason: string, text: string, offset: number) {
    const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
    let line = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < lineStart; at = text.indexOf('\n', at + 1)) line += 1;
    const column = offset - lineStart + 1;
    super(`${reason} (line ${line}, column ${column})`);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}
