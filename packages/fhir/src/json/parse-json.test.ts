import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSyntaxFault } from './find-syntax-fault.js';
import { isDecimal, numberOf } from './json-number.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import { parseJson } from './parse-json.js';

function errorOf(text: string): JsonSyntaxError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 25 }).map((all) => all.join(''));
const whole = fc.oneof(
  fc.constant('0'),
  digits.map((text) => text.replace(/^0+/, '') || '0'),
);
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    whole,
    fc.option(digits, { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-', 'e-'), fc.integer({ min: 0, max: 400 })), {
      nil: undefined,
    }),
  )
  .map(([sign, integer, fraction, exponent]) =>
    [sign, integer, fraction === undefined ? '' : `.${fraction}`, exponent ? exponent.join('') : ''].join(''),
  );
/** Spellings of doubles as well, so that both sides of the decision are met. */
const anyNumberText = fc.oneof(
  numberText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
);
const stringText = fc
  .oneof(fc.string(), fc.constantFrom(': 1.00,', '[1.00]', '"-0"', '\\', '\\"', '\ud800'))
  .map((text) => JSON.stringify(text));

/** JSON text with every kind of number in every place; `compact` is what has to come back. */
const jsonText = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyNumberText,
    stringText,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), tie('value')), { maxLength: 4, selector: ([name]) => name })
      // JavaScript moves members with numbers for names to the front.
      .map((members) => members.filter(([name]) => !/^\d+$/.test(name)))
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
})).value;

describe('parseJson', () => {
  it('gives every number back as it was written', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('does so whatever white space stands around', () => {
    const space = fc.constantFrom('', ' ', '\n', '\t\r\n  ');
    fc.assert(
      fc.property(anyNumberText, space, space, (number, before, after) => {
        const text = `[${before}${number}${after},{"a"${after}:${before}${number}${after}}]`;
        expect(JSON.stringify(parseJson(text))).toBe(`[${number},{"a":${number}}]`);
        expect(JSON.stringify(parseJson(before + number + after))).toBe(number);
      }),
    );
  });

  it.each([
    '1.00',
    '1e3',
    '0.10',
    '-0',
    '-0.0',
    '123456789012345678901',
    '0.1234567890123456789',
    '1E+2',
    '0.0000001',
    '1e999',
  ])('keeps %s as text', (text) => {
    const { value } = parseJson(`{"value":${text}}`) as { value: unknown };
    expect(JSON.isRawJSON(value) && value.rawJSON).toBe(text);
    expect(isDecimal(value) && numberOf(value)).toBe(Number(text));
  });

  it.each(['0', '-1', '1.5', '185', '1e+21', '1e-7', '9007199254740991'])('leaves %s a plain number', (text) => {
    expect(parseJson(`[${text}]`)).toEqual([Number(text)]);
  });

  it('takes a number in a string for a string', () => {
    expect(parseJson('{"a":"x: 1.00, y"}')).toEqual({ a: 'x: 1.00, y' });
  });

  it('refuses a member name that occurs twice, and says where', () => {
    const error = errorOf('{"id": "a",\n "name": [{"use": "usual", "x": 1, "use": "old"}]}');
    expect(error.reason).toBe('An object has two members of the same name');
    expect([error.line, error.column]).toEqual([2, 36]);
    expect(errorOf('{"a":1,"\\u0061":1}').column).toBe(8);
  });

  it('accepts one name in different objects, and colons and quotes in strings', () => {
    const text = '[{"a":":"},{"a":"\\":"},{"a":{"a":"\\\\"}},{"__proto__":1,"constructor":2}]';
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  it('finds duplicates exactly', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', '__proto__', '"', ':', '1'), { maxLength: 4 });
    fc.assert(
      fc.property(names, (all) => {
        const text = `[{${all.map((name) => `${JSON.stringify(name)}: ":"`).join(', ')}}]`;
        const isUnique = new Set(all).size === all.length;
        if (isUnique) expect(parseJson(text)).toHaveLength(1);
        else expect(() => parseJson(text)).toThrow(JsonSyntaxError);
      }),
    );
  });

  it.each([
    ['', 1, 1, 'The text ends too early'],
    ['{"a":1', 1, 7, 'The text ends too early'],
    ['{\n  "a" 1}', 2, 7, 'A colon was expected'],
    ['{\n  a: 1}', 2, 3, 'A member name in double quotes was expected'],
    ['[1 2]', 1, 4, 'A comma or ] was expected'],
    ['[1,]', 1, 4, 'A value was expected'],
    ['{"a":1,}', 1, 8, 'A member name in double quotes was expected'],
    ['{} {}', 1, 4, 'Nothing more was expected'],
    ['["a\nb"]', 1, 4, 'A string has a control character that is not escaped'],
    ['["\\x41"]', 1, 3, 'A string has an escape that JSON does not have'],
    ['[01]', 1, 3, 'A comma or ] was expected'],
    ['\ufeff{}', 1, 1, 'A value was expected'],
    ['NaN', 1, 1, 'A value was expected'],
  ])('says what is wrong with %j and where', (text, line, column, reason) => {
    const error = errorOf(text);
    expect([error.line, error.column, error.reason]).toEqual([line, column, reason]);
    expect(error.message).toBe(`${reason} (line ${line}, column ${column})`);
  });

  it('never repeats the text in an error', () => {
    expect(errorOf('{"name": SecretName}').message).not.toContain('Secret');
    expect(errorOf('{"SecretName": 1, "SecretName": 2}').message).not.toContain('Secret');
  });

  it('finds a fault exactly where JSON.parse does', () => {
    const fragments = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '.5',
      'true',
      ' ',
      '\\',
      'e1',
      '\u0001',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fragments, { maxLength: 9 }).map((all) => all.join('')),
          fc.json(),
        ),
        (text) => {
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          expect(findSyntaxFault(text).reason === 'JSON could not be read').toBe(isJson);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('keeps as many numbers as a large bundle has, and no more', () => {
    const text = (count: number): string => `[1.0${',1.0'.repeat(count - 1)}]`;
    expect(parseJson(text(100_000))).toHaveLength(100_000);
    expect(errorOf(text(100_001)).reason).toContain('More than 100000 numbers');
  });

  it('survives hostile nesting and length', () => {
    const depth = 200_000;
    expect(parseJson('['.repeat(depth) + ']'.repeat(depth))).toBeInstanceOf(Array);
    expect(errorOf('['.repeat(depth)).column).toBe(depth + 1);
    expect(parseJson(`${'['.repeat(depth)}1.00${']'.repeat(depth)}`)).toBeInstanceOf(Array);
    const started = performance.now();
    expect(errorOf(`"${'\\\\'.repeat(1_000_000)}`).reason).toBe('The text ends too early');
    expect(parseJson(`"${'\\\\\\"'.repeat(500_000)}"`)).toHaveLength(1_000_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
