import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { structures } from '../../definitions/structures.js';
import { primitiveChecks } from './primitive-checks.js';
import { patternOf } from './pattern.js';
import { MAX_STRING_LENGTH } from './text.js';

const isValid = (type: string, value: unknown): boolean => primitiveChecks[type]!(value) === undefined;

describe('primitive types', () => {
  it('all have a check', () => {
    expect(Object.keys(primitiveChecks).sort()).toEqual(Object.keys(structures.primitives).sort());
  });

  it.each([
    [
      'date',
      ['2024', '2024-02', '2024-02-29', '2000-02-29', '9999-12-31'],
      ['2100-02-29', '2023-02-30', '2024-04-31', '2024-00', '0000-01-01'],
    ],
    [
      'dateTime',
      ['2024', '2024-01-31', '2024-01-31T23:59:60.123456789Z', '2024-01-31T00:00:00-14:00'],
      ['2024-01-31T', '2024-01-31T10:00:00+14:30', '2024-1-1', '2024-02-30T00:00:00Z', '2024-01-31t00:00:00z'],
    ],
    ['instant', ['2024-01-31T10:00:00.001+00:00'], ['2024-01-31T10:00:00', '2024', '2023-02-29T10:00:00Z']],
    ['time', ['00:00:00', '23:59:59.999'], ['24:00:00', '9:00:00', '10:00:00+01:00']],
    ['code', ['a', 'a b', 'a\u00a0b', 'ä'], ['', ' a', 'a ', 'a  b', 'a\n b']],
    ['string', ['a', ' a ', 'a\tb\r\nc', '\u00a0', '𝄞'], ['', '\u0000', 'a\u001f', '\ud834', 1, null]],
    ['uri', ['a', 'http://a/ü?b#c', 'urn:oid:1.2'], ['', ' ', 'a b', 'a\nb']],
    ['oid', ['urn:oid:0.1', 'urn:oid:2.16.840.1.113883'], ['urn:oid:2', 'urn:oid:2.01', '2.1', 'urn:oid:2.1.']],
    [
      'base64Binary',
      ['AAAA', 'AA==', 'AAA=', ' AA\nAA AAA= '],
      ['', 'A', 'AA=', 'AA=A', 'A===', '====', 'AA-_', ' ', 'AAAA='],
    ],
    ['boolean', [true, false], ['true', 1, null]],
    ['decimal', [0, -1.5, 1e300], ['1', Infinity, NaN, null]],
    ['positiveInt', [1, 2_147_483_647], [0, 1.5, 2_147_483_648, '1']],
  ])('%s', (type, valid, invalid) => {
    for (const value of valid) expect([value, isValid(type, value)]).toEqual([value, true]);
    for (const value of invalid) expect([value, isValid(type, value)]).toEqual([value, false]);
  });

  it('accept every day of the calendar and no other', () => {
    const day = fc.tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
    );
    fc.assert(
      fc.property(day, ([year, month, date]) => {
        const text = [
          String(year).padStart(4, '0'),
          String(month).padStart(2, '0'),
          String(date).padStart(2, '0'),
        ].join('-');
        const moment = new Date(`${text}T00:00:00Z`);
        const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
        expect(isValid('date', text)).toBe(exists);
        expect(isValid('instant', `${text}T01:02:03Z`)).toBe(exists);
      }),
      { numRuns: 2000 },
    );
  });

  it('read base64 as Node writes it, and no shorter', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(isValid('base64Binary', text)).toBe(true);
        expect(isValid('base64Binary', text.slice(0, -1))).toBe(false);
      }),
    );
  });

  it('limit strings to 1 MB', () => {
    expect(isValid('string', 'a'.repeat(MAX_STRING_LENGTH))).toBe(true);
    expect(primitiveChecks['markdown']!('a'.repeat(MAX_STRING_LENGTH + 1))?.code).toBe('too-long');
  });

  it('take linear time on hostile strings', () => {
    const size = MAX_STRING_LENGTH - 8;
    const parts = [
      'a',
      ' ',
      'a ',
      '1',
      '.1',
      '=',
      '<',
      '<a',
      '<!--',
      '&',
      '&#',
      '-',
      '\n',
      '/',
      ';a=',
      '"',
      'a-',
      "<p a='' ",
      '\ud800',
    ];
    for (const type of Object.keys(primitiveChecks)) {
      for (const part of parts) {
        for (const prefix of ['', 'urn:oid:1', '2024-01-01T00:00:00.', '<div ', '<div>', 'AAAA']) {
          const text = `${prefix}${part.repeat(Math.floor(size / part.length))}!`;
          const started = performance.now();
          primitiveChecks[type]!(text);
          expect([type, part, prefix, performance.now() - started < 4_000]).toEqual([type, part, prefix, true]);
        }
      }
    }
  }, 60_000);

  it('translate published patterns from XML Schema', () => {
    expect(patternOf('[^\\s]+(\\s[^\\s]+)*').test('a\u00a0b')).toBe(true);
    expect(patternOf('\\S*').test('a\n')).toBe(false);
  });
});
