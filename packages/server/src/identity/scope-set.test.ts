import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowScopes, OPERATOR_SCOPE, ScopeSet } from './scope-set.js';
import { formatSmartScope, parseSmartScope, rightOf, type ScopedInteraction } from './scopes/smart-scope.js';

const interactions = Object.keys(rightOf) as ScopedInteraction[];
const types = ['Patient', 'Observation', 'Task'];

const scope = fc.record({
  context: fc.constantFrom('system' as const, 'user' as const),
  type: fc.constantFrom('*', ...types),
  rights: fc.integer({ min: 1, max: 31 }),
});
const scopes = fc.array(scope.map(formatSmartScope), { maxLength: 5 });

describe('ScopeSet', () => {
  it('allows what a scope names and nothing else', () => {
    const set = ScopeSet.parse('system/Patient.rs user/Observation.c');
    expect(
      types.flatMap((type) => interactions.filter((name) => set.allows(type, name)).map((name) => `${type} ${name}`)),
    ).toEqual(['Patient read', 'Patient search', 'Observation create']);
  });

  it('allows a question about all types only to a scope for all types', () => {
    expect(ScopeSet.parse('system/Patient.cruds').allows('*', 'search')).toBe(false);
    expect(ScopeSet.parse('system/*.s').allows('*', 'search')).toBe(true);
    expect(ScopeSet.parse('system/*.s').allows('*', 'read')).toBe(false);
  });

  it('takes the older words', () => {
    const reads = ScopeSet.parse('user/Patient.read');
    const writes = ScopeSet.parse('user/Patient.write');
    const both = ScopeSet.parse('user/Patient.*');
    expect(interactions.filter((name) => reads.allows('Patient', name))).toEqual(['read', 'search']);
    expect(interactions.filter((name) => writes.allows('Patient', name))).toEqual(['create', 'update', 'delete']);
    expect(interactions.filter((name) => both.allows('Patient', name))).toEqual(interactions);
  });

  it.each([
    'patient/Patient.rs',
    'user/Patient.rs?status=x',
    'user/Patient.sr',
    'user/Patient.',
    'user/patient.rs',
    'User/Patient.rs',
    'user/Patient.rs\n',
    'user/*',
    '',
    ' ',
  ])('gives nothing for %j', (text) => {
    const set = ScopeSet.parse(text);
    expect(interactions.some((name) => set.allows('Patient', name))).toBe(false);
    expect(set.scopes).toEqual([]);
  });

  it('keeps operators and resources apart', () => {
    const operator = ScopeSet.parse(OPERATOR_SCOPE);
    expect(operator.isOperator).toBe(true);
    expect(interactions.some((name) => operator.allows('Patient', name))).toBe(false);
    expect(ScopeSet.parse('system/*.cruds').isOperator).toBe(false);
  });

  it('allows what any of its scopes allows', () => {
    fc.assert(
      fc.property(scopes, fc.constantFrom(...types), fc.constantFrom(...interactions), (texts, type, interaction) => {
        const alone = texts.some((text) => ScopeSet.of([text]).allows(type, interaction));
        expect(ScopeSet.of(texts).allows(type, interaction)).toBe(alone);
      }),
    );
  });
});

describe('narrowScopes', () => {
  it('grants exactly what is asked for and permitted, in each context', () => {
    const allows = (texts: readonly string[], context: string, type: string, interaction: ScopedInteraction): boolean =>
      ScopeSet.of(texts.filter((text) => text.startsWith(context))).allows(type, interaction);
    fc.assert(
      fc.property(scopes, scopes, (requested, ceiling) => {
        const granted = narrowScopes(requested, ScopeSet.of(ceiling));
        for (const context of ['system/', 'user/']) {
          for (const type of [...types, 'Encounter']) {
            for (const interaction of interactions) {
              const expected =
                allows(requested, context, type, interaction) && allows(ceiling, context, type, interaction);
              expect(allows(granted, context, type, interaction)).toBe(expected);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says what is left of a scope once', () => {
    const ceiling = ScopeSet.parse('user/*.rs user/Task.cruds user/Patient.r');
    expect(narrowScopes(['user/*.cruds'], ceiling)).toEqual(['user/*.rs', 'user/Task.cud']);
  });

  it('leaves a scope that is covered as it was written', () => {
    expect(narrowScopes(['user/Patient.read', 'user/Patient.r'], ScopeSet.parse('user/*.cruds'))).toEqual([
      'user/Patient.read',
      'user/Patient.r',
    ]);
  });

  it('grants the operator scope only where it is given by name', () => {
    expect(narrowScopes([OPERATOR_SCOPE], ScopeSet.parse('system/*.cruds user/*.cruds'))).toEqual([]);
    expect(narrowScopes([OPERATOR_SCOPE], ScopeSet.parse(OPERATOR_SCOPE))).toEqual([OPERATOR_SCOPE]);
  });
});

describe('parseSmartScope', () => {
  it('reads back what formatSmartScope wrote', () => {
    fc.assert(
      fc.property(scope, (value) => {
        expect(parseSmartScope(formatSmartScope(value))).toEqual(value);
      }),
    );
  });

  it('answers any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parseSmartScope(text);
        expect('problem' in parsed || parsed.rights > 0).toBe(true);
      }),
    );
  });
});
