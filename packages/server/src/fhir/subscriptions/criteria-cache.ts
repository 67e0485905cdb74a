import { type Criteria, parseCriteria } from './criteria.js';

const CAPACITY = 1_000;

/**
 * Criteria by their text, the least recently used forgotten first. The text says all, so that an entry is never stale.
 */
export class CriteriaCache {
  readonly #entries = new Map<string, Criteria>();

  constructor(
    private readonly baseUrl: string,
    private readonly capacity = CAPACITY,
  ) {}

  /** @throws {FhirError} for criteria that are not valid. */
  get(text: string): Criteria {
    const criteria = this.#entries.get(text) ?? parseCriteria(text, this.baseUrl);
    this.#entries.delete(text);
    this.#entries.set(text, criteria);
    if (this.#entries.size > this.capacity) {
      this.#entries.delete(this.#entries.keys().next().value!);
    }
    return criteria;
  }
}
