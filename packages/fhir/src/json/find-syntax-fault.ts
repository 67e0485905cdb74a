interface SyntaxFault {
  readonly reason: string;
  readonly offset: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
/** Runs of plain characters are one step, so that a long string costs no backtracking. */
// oxlint-disable-next-line no-control-regex -- JSON forbids them unescaped
const STRING_PART = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/**
 * Where and why a text is not JSON. `JSON.parse` knows too, but its message repeats the text and often lacks the place.
 * Reads without recursion: hostile nesting cannot exhaust the stack.
 */
export function findSyntaxFault(text: string): SyntaxFault {
  return new FaultFinder(text).find();
}

class FaultFinder {
  readonly #text: string;
  /** Closing brackets that are still owed. */
  readonly #closing: ('}' | ']')[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(): SyntaxFault {
    for (;;) {
      const fault = this.#readValueStart() ?? this.#readAfterValue();
      if (fault === 'end') return this.#fault('JSON could not be read');
      if (fault) return fault;
    }
  }

  /** Reads a scalar, or opens an object or array as far as its first value. */
  #readValueStart(): SyntaxFault | undefined {
    for (;;) {
      this.#skip(SPACE);
      const char = this.#text[this.#at];
      if (char === '"') return this.#readString();
      if (char !== '{' && char !== '[') {
        return this.#skip(NUMBER) || this.#skip(LITERAL) ? undefined : this.#unexpected('A value was expected');
      }
      this.#at += 1;
      this.#skip(SPACE);
      const close = char === '{' ? '}' : ']';
      if (this.#text[this.#at] === close) {
        this.#at += 1;
        return undefined;
      }
      this.#closing.push(close);
      const fault = char === '{' ? this.#readName() : undefined;
      if (fault) return fault;
    }
  }

  /** Reads closing brackets and the comma before the next value. */
  #readAfterValue(): SyntaxFault | 'end' | undefined {
    for (;;) {
      this.#skip(SPACE);
      const char = this.#text[this.#at];
      const close = this.#closing.at(-1);
      if (close === undefined) return char === undefined ? 'end' : this.#fault('Nothing more was expected');
      if (char === close) {
        this.#at += 1;
        this.#closing.pop();
      } else if (char === ',') {
        this.#at += 1;
        return close === '}' ? this.#readName() : undefined;
      } else {
        return this.#unexpected(`A comma or ${close} was expected`);
      }
    }
  }

  #readName(): SyntaxFault | undefined {
    this.#skip(SPACE);
    if (this.#text[this.#at] !== '"') return this.#unexpected('A member name in double quotes was expected');
    const fault = this.#readString();
    if (fault) return fault;
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ':') return this.#unexpected('A colon was expected');
    this.#at += 1;
    return undefined;
  }

  #readString(): SyntaxFault | undefined {
    this.#at += 1;
    while (this.#skip(STRING_PART));
    const char = this.#text[this.#at];
    if (char === '"') {
      this.#at += 1;
      return undefined;
    }
    if (char === '\\') return this.#fault('A string has an escape that JSON does not have');
    return this.#unexpected('A string has a control character that is not escaped');
  }

  /** Steps over what matches here. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text) || pattern.lastIndex === this.#at) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #unexpected(reason: string): SyntaxFault {
    return this.#fault(this.#at >= this.#text.length ? 'The text ends too early' : reason);
  }

  #fault(reason: string): SyntaxFault {
    return { reason, offset: this.#at };
  }
}
