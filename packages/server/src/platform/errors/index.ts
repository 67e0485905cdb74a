export { FhirError, type IssueCode, type OperationOutcome, type OutcomeIssue } from './fhir-error.js';
