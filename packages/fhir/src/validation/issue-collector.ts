import type { ValidationIssue, ValidationIssueCode, ValueFault } from './validation-issue.js';

/** More errors than this help nobody, and a hostile resource could have millions. */
export const MAX_ERRORS = 100;
/** Counted apart, so that no number of warnings can hide an error. */
export const MAX_WARNINGS = 20;

/** Collects the faults of one resource and knows where in it the validation is. */
export class IssueCollector {
  readonly issues: ValidationIssue[] = [];
  readonly #root: string;
  readonly #path: (string | number)[] = [];
  #errors = 0;
  #warnings = 0;

  /** @param root the resource type */
  constructor(root: string) {
    this.#root = root;
  }

  /** True when no more errors will be collected: checks may stop. */
  get isFull(): boolean {
    return this.#errors > MAX_ERRORS;
  }

  enter(name: string, index?: number): void {
    this.#path.push(name);
    if (index !== undefined) this.#path.push(index);
  }

  leave(index?: number): void {
    this.#path.pop();
    if (index !== undefined) this.#path.pop();
  }

  /** Reports a fault of the object the validation is in, or of a member of it. */
  add(code: ValidationIssueCode, diagnostics: string, member?: string, index?: number): void {
    this.#errors += 1;
    if (this.#errors <= MAX_ERRORS) {
      this.issues.push({ severity: 'error', code, expression: this.#expression(member, index), diagnostics });
    } else if (this.#errors === MAX_ERRORS + 1) {
      this.#reportLeftOut(`More faults were left out after the first ${MAX_ERRORS}`);
    }
  }

  addFault(fault: ValueFault, member: string, index?: number): void {
    this.add(fault.code, fault.diagnostics, member, index);
  }

  /** Reports what the definitions advise against and the standard's own examples do all the same. */
  warn(code: ValidationIssueCode, diagnostics: string, member: string): void {
    this.#warnings += 1;
    if (this.#warnings <= MAX_WARNINGS) {
      this.issues.push({ severity: 'warning', code, expression: this.#expression(member, undefined), diagnostics });
    } else if (this.#warnings === MAX_WARNINGS + 1) {
      this.#reportLeftOut(`More warnings were left out after the first ${MAX_WARNINGS}`);
    }
  }

  #reportLeftOut(diagnostics: string): void {
    this.issues.push({ severity: 'warning', code: 'too-long', expression: this.#root, diagnostics });
  }

  #expression(member: string | undefined, index: number | undefined): string {
    let expression = this.#root;
    for (const segment of this.#path) expression += typeof segment === 'number' ? `[${segment}]` : `.${segment}`;
    if (member !== undefined) expression += `.${member}`;
    return index === undefined ? expression : `${expression}[${index}]`;
  }
}
