import { httpRequest, type Expectation, type Family, type Target } from '../malformed-request.js';
import { observationWithNumber, validObservation, validPatient } from '../sample-resources.js';
import type { SeededRandom } from '../seeded-random.js';

const refused: Expectation = { kind: 'refused' };

/** A resource sent where it would be stored, were it right: as a create, an update, or inside a transaction. */
function submit(random: SeededRandom, target: Target, body: string | Buffer, type = 'Patient'): Buffer[] {
  const [method, path] = random.pick([
    ['POST', type],
    ['PUT', `${type}/robust-${random.integer(1, 1_000_000)}`],
  ] as const);
  return [httpRequest(target, { method, path, body })];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const damages: readonly ((text: string, random: SeededRandom) => string)[] = [
  (text, random) => text.slice(0, random.integer(0, text.length - 1)),
  (text, random) => {
    const at = random.integer(0, text.length - 1);
    return (
      text.slice(0, at) +
      random.pick(['"', '{', '}', '[', ']', ',', ':', '\\', '\u0001', '\n"', '/*', 'x']) +
      text.slice(at)
    );
  },
  (text, random) => {
    const at = random.integer(0, text.length - 1);
    return text.slice(0, at) + text.slice(at + random.integer(1, 3));
  },
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/"(\w+)":/, '$1:'),
  (text) => `${text.slice(0, -1)},}`,
  (text, random) =>
    text.replace(
      'true',
      random.pick(['True', 'NaN', 'Infinity', 'undefined', 'nul', '01', '.5', '1.', '+1', '0x1F', '--1']),
    ),
  (text) => `// comment\n${text}`,
  (text) => `${text}${text}`,
  (text) => text.replace('"Robust"', '"Rob\tust"'),
  (text) => text.replace('"Robust"', String.raw`"Rob\xust"`),
  (text) => text.replace('"Robust"', String.raw`"Rob\u12G4"`),
];

export const brokenJson: Family = {
  name: 'broken JSON',
  weight: 20,
  next(random, target) {
    const text = JSON.stringify(validPatient());
    let broken = text;
    while (isJson(broken)) {
      broken = random.pick(damages)(text, random);
    }
    return { family: this.name, fault: broken.slice(0, 80), pieces: submit(random, target, broken), expect: refused };
  },
};

const wrongValues: readonly unknown[] = [
  null,
  7,
  -1.5,
  false,
  '',
  ' ',
  [],
  {},
  [[]],
  [null],
  { resourceType: 'Patient' },
  'x'.repeat(70),
];

/** Element → values that are wrong there beyond doubt. */
const wrongPatients: Readonly<Record<string, readonly unknown[]>> = {
  resourceType: [
    undefined,
    'Patients',
    'patient',
    7,
    null,
    '',
    'Observation',
    ['Patient'],
    {},
    'toString',
    '__proto__',
  ],
  active: ['true', 1, 0, null, [true], {}],
  gender: ['banana', 'Male', 1, true, ['male'], '', ' male'],
  birthDate: [
    '1970-13-01',
    '1970-02-30',
    '70-01-01',
    'yesterday',
    1970,
    '1970-1-1',
    '',
    '1970-01-01T00:00:00Z',
    '-1970',
  ],
  name: [
    { family: 'x' },
    'x',
    [null],
    [[]],
    ['x'],
    [{}],
    [{ family: ['x'] }],
    [{ given: 'x' }],
    [{ given: [null] }],
    [{ family: 7 }],
    [{ fmaily: 'x' }],
    [],
  ],
  identifier: [{}, [{ system: 7 }], [{ value: { value: 'x' } }], [{ use: 'mine' }], 'x', [{ system: 'has space' }]],
  maritalStatus: [
    'M',
    [],
    { coding: { code: 'M' } },
    { coding: [{ code: ' M' }] },
    { coding: [{ code: 7 }] },
    { text: null },
  ],
  address: [{}, [{ line: 'x' }], [{ period: { start: 'x' } }], [{ type: 'moon' }], ['x']],
  deceasedBoolean: ['no', 0, null, [false]],
  multipleBirthInteger: [1.5, '1', true, 2_147_483_648, -2_147_483_649, 1e300],
  contact: [[{ relationship: 'x' }], 'x', [{}], [[{}]]],
  managingOrganization: ['Organization/1', { reference: 7 }, { reference: {} }, []],
  link: [[{ other: { reference: 'Patient/1' } }], [{ type: 'seealso' }], [{ other: {}, type: 'maybe' }]],
  text: [
    { status: 'generated' },
    { status: 'odd', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    { status: 'generated', div: '<script>' },
  ],
  extension: [
    [{ valueString: 'x' }],
    [{ url: 7 }],
    [{ url: 'urn:x', valueString: 'x', valueBoolean: true }],
    [{ url: 'urn:x', valueNothing: 1 }],
    'x',
  ],
  meta: ['x', { versionId: 7 }, { lastUpdated: 'now' }, { tag: {} }, []],
  unknownElement: wrongValues,
  Name: [[{ family: 'x' }]],
};

const wrongObservations: Readonly<Record<string, readonly unknown[]>> = {
  status: [undefined, 'done', 'FINAL', 7, null, ['final']],
  code: [undefined, 'x', [], {}, null],
  effectiveDateTime: ['2020-02-03T04:05:06', '2020-02-03T25:00:00Z', '03.02.2020', 7, ''],
  valueQuantity: ['72', { value: '72' }, { value: [72] }, { comparator: '<>', value: 1 }, [], { value: true }],
  valueString: ['a second value beside valueQuantity'],
  component: [[{}], {}, [{ code: {} }], ['x']],
  subject: [['Patient/1'], { refrence: 'Patient/1' }, 7],
  referenceRange: [[{ low: 5 }], {}, [{ low: { value: 'x' } }]],
};

export const wrongTypes: Family = {
  name: 'wrong types',
  weight: 20,
  next(random, target) {
    const isPatient = random.next() < 0.7;
    const faults = isPatient ? wrongPatients : wrongObservations;
    const element = random.pick(Object.keys(faults));
    const value = random.pick(faults[element] ?? []);
    const resource = { ...(isPatient ? validPatient() : validObservation()), [element]: value };
    return {
      family: this.name,
      fault: `${element} = ${JSON.stringify(value)?.slice(0, 60)}`,
      pieces: [
        httpRequest(target, {
          method: 'POST',
          path: isPatient ? 'Patient' : 'Observation',
          body: JSON.stringify(resource),
        }),
      ],
      expect: refused,
    };
  },
};

export const deepNesting: Family = {
  name: 'deep nesting',
  weight: 4,
  next(random, target) {
    const depth = random.pick([200, 1_000, 5_000, 20_000, 100_000]);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['{"extension":[', ']}'],
      ['{"contained":[', ']}'],
      ['[{"url":"urn:x","extension":', '}]'],
    ] as const);
    const nested = `${open.repeat(depth)}${random.pick(['1', '"x"', '{}', ''])}${random.next() < 0.8 ? close.repeat(depth) : ''}`;
    const body = random.pick([
      nested,
      `{"resourceType":"Patient","extension":${nested}}`,
      `{"resourceType":"Patient","name":[${nested}]}`,
      `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":${nested},"request":{"method":"POST","url":"Patient"}}]}`,
    ]);
    const path = body.includes('"transaction"') ? '' : 'Patient';
    return {
      family: this.name,
      fault: `${depth} × ${open}`,
      pieces: [httpRequest(target, { method: 'POST', path, body })],
      expect: refused,
    };
  },
};

export const nulBytes: Family = {
  name: 'NUL and control characters',
  weight: 6,
  next(random, target) {
    const text = JSON.stringify(validPatient());
    const character = random.pick([
      String.raw`\u0000`,
      String.raw`\u0001`,
      String.raw`\u001b`,
      String.raw`\u0008`,
      '\0',
      '\u0001',
      '\u001f',
    ]);
    const place = random.pick(['Robust', 'Springfield', 'r-1', 'other', 'Patient', '"active"', 'urn:example']);
    const body = text.replace(place, `${place.slice(0, 2)}${character}${place.slice(2)}`);
    return {
      family: this.name,
      fault: `${JSON.stringify(character)} in ${place}`,
      pieces: submit(random, target, body),
      expect: refused,
    };
  },
};

/** Keys that mean something to JavaScript, as elements of a resource and of its parts. */
export const prototypePollution: Family = {
  name: 'prototype pollution',
  weight: 6,
  next(random, target) {
    const key = random.pick([
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '__defineGetter__',
    ]);
    const value = random.pick([
      '{"polluted":true}',
      '{"prototype":{"polluted":true}}',
      '"polluted"',
      '[{"polluted":true}]',
      'null',
      '{"resourceType":"Patient"}',
    ]);
    const member = `"${key}":${value}`;
    const body = random.pick([
      `{${member},${JSON.stringify(validPatient()).slice(1)}`,
      JSON.stringify(validPatient()).replace('"family"', `${member},"family"`),
      JSON.stringify(validPatient()).replace('"coding":[{', `"coding":[{${member},`),
      `{"resourceType":"Patient","extension":[{"url":"urn:x",${member}}]}`,
      `{"resourceType":"${key}","id":"x"}`,
    ]);
    return {
      family: this.name,
      fault: `${key}: ${value}`,
      pieces: [httpRequest(target, { method: 'POST', path: 'Patient', body })],
      expect: refused,
    };
  },
};

export const strangeNumbers: Family = {
  name: 'strange numbers',
  weight: 6,
  next(random, target) {
    if (random.next() < 0.12) {
      // Valid JSON, and decimals to the letter of R4: a server may take them if it gives them back.
      const literal = random.pick([
        '1e999999',
        '-1e999999',
        '1e-999999',
        '0.' + '0'.repeat(2_000) + '1',
        '9'.repeat(5_000),
        '1E+400',
        '-0',
        '-0.0',
      ]);
      const body = observationWithNumber(literal);
      return {
        family: this.name,
        fault: `decimal ${literal.slice(0, 20)}`,
        pieces: [httpRequest(target, { method: 'POST', path: 'Observation', body })],
        expect: { kind: 'may-store', literal: `"value":${literal}` },
      };
    }
    const isInteger = random.next() < 0.5;
    const number = isInteger
      ? random.pick(['1e999999', '1.0', '1e2', '99999999999', '-99999999999', '2147483648', '1.5e0', '9'.repeat(400)])
      : random.pick([
          '01',
          '1.',
          '.5',
          '+1',
          '0x10',
          '1e',
          '1e+',
          '- 1',
          '1_000',
          'NaN',
          '-Infinity',
          '1,5',
          '0b1',
          '1n',
          '"1"',
        ]);
    const body = isInteger
      ? `{"resourceType":"Patient","multipleBirthInteger":${number}}`
      : observationWithNumber(number);
    return {
      family: this.name,
      fault: `${isInteger ? 'integer' : 'decimal'} ${number.slice(0, 20)}`,
      pieces: [httpRequest(target, { method: 'POST', path: isInteger ? 'Patient' : 'Observation', body })],
      expect: refused,
    };
  },
};
