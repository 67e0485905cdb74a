import type { Caller } from '../../identity/index.js';
import { toFhirError } from '../../platform/http/index.js';
import type { Logger } from '../../platform/logging/index.js';
import {
  type BundleEntryText,
  type FhirService,
  type IdempotentRequest,
  type InteractionResult,
  partOf,
} from '../interactions/index.js';
import { type BundleEntry, interactionOf, requestOf } from './bundle-entry.js';
import { refusedEntry, responseBundle, responseEntry, type ReturnPreference } from './bundle-response.js';

/** Carries out a batch Bundle: each entry on its own, in order; one that is refused does not touch the others. */
export class BatchProcessor {
  constructor(
    private readonly service: FhirService,
    private readonly logger: Logger,
  ) {}

  async process(
    caller: Caller,
    entries: readonly BundleEntry[],
    prefer: ReturnPreference,
    handling: 'strict' | 'lenient',
    idempotent: IdempotentRequest | undefined,
  ): Promise<InteractionResult> {
    const answers: BundleEntryText[] = [];
    for (const entry of entries) {
      answers.push(await this.#answer(caller, entry, prefer, handling, idempotent));
    }
    return responseBundle('batch', answers);
  }

  async #answer(
    caller: Caller,
    entry: BundleEntry,
    prefer: ReturnPreference,
    handling: 'strict' | 'lenient',
    idempotent: IdempotentRequest | undefined,
  ): Promise<BundleEntryText> {
    try {
      const result = await this.service.execute(
        caller,
        interactionOf(entry),
        requestOf(entry, handling),
        idempotent === undefined ? undefined : partOf(idempotent, entry.index),
      );
      return responseEntry(result, this.service.baseUrl, prefer);
    } catch (error) {
      const refused = toFhirError(error);
      if (refused.status >= 500) {
        this.logger.error({ err: error, status: refused.status }, 'batch entry failed');
      }
      return refusedEntry(refused);
    }
  }
}
