import type { Database, Transaction } from '../../platform/database/index.js';
import { FhirError, type OutcomeIssue } from '../../platform/errors/index.js';
import type { Caller } from '../../identity/index.js';
import {
  answerWrite,
  authorize,
  carryOutOnce,
  type FhirService,
  type IdempotentRequest,
  type InteractionRequest,
  type InteractionResult,
  type ReadInteraction,
  type ResourceWrites,
  retryOnConflict,
  type WriteRequest,
  writeRequestOf,
} from '../interactions/index.js';
import type { SearchReader } from '../search/index.js';
import { type BundleEntry, interactionOf, requestOf } from './bundle-entry.js';
import { responseBundle, responseEntry, type ReturnPreference } from './bundle-response.js';
import { targetsByCondition, targetsByFullUrl } from './reference-targets.js';
import { rewriteReferences } from './rewrite-references.js';

interface WriteEntry {
  readonly entry: BundleEntry;
  readonly write: WriteRequest;
}

interface ReadEntry {
  readonly entry: BundleEntry;
  readonly interaction: ReadInteraction;
  readonly request: InteractionRequest;
}

/** Carries out a transaction Bundle: all of it, or nothing. Reads see what the writes made. */
export class TransactionProcessor {
  constructor(
    private readonly database: Database,
    private readonly service: FhirService,
    private readonly writes: ResourceWrites,
    private readonly searches: SearchReader,
  ) {}

  /** @throws {FhirError} for the whole bundle, with the path of the entry at fault; nothing is changed then. */
  async process(
    caller: Caller,
    entries: readonly BundleEntry[],
    prefer: ReturnPreference,
    handling: 'strict' | 'lenient',
    idempotent: IdempotentRequest | undefined,
  ): Promise<InteractionResult> {
    const { writes, reads } = this.#read(caller, entries, handling);
    return retryOnConflict(() =>
      this.database.withTenant(caller.tenantId, async (tx) => {
        const work = (): Promise<InteractionResult> => this.#run(tx, caller, entries, writes, reads, prefer);
        return idempotent === undefined ? work() : carryOutOnce(tx, idempotent, work);
      }),
    );
  }

  /** Everything that can be refused without the database is refused here, with the faults of all entries at once. */
  #read(
    caller: Caller,
    entries: readonly BundleEntry[],
    handling: 'strict' | 'lenient',
  ): { writes: WriteEntry[]; reads: ReadEntry[] } {
    const writes: WriteEntry[] = [];
    const reads: ReadEntry[] = [];
    const issues: OutcomeIssue[] = [];
    let status = 0;
    for (const entry of entries) {
      try {
        const interaction = interactionOf(entry);
        const request = requestOf(entry, handling);
        authorize(caller, interaction, request);
        if (interaction.kind === 'create' || interaction.kind === 'update' || interaction.kind === 'delete') {
          const path = `Bundle.entry[${entry.index}].resource`;
          writes.push({
            entry,
            write: writeRequestOf(interaction, request, this.service.baseUrl, this.service.observers, path),
          });
        } else {
          reads.push({ entry, interaction, request });
        }
      } catch (error) {
        if (!(error instanceof FhirError)) {
          throw error;
        }
        status ||= error.status;
        issues.push(...error.issues.map((issue) => ({ expression: [`Bundle.entry[${entry.index}]`], ...issue })));
      }
    }
    if (issues.length > 0) {
      throw new FhirError(status, issues);
    }
    return { writes, reads };
  }

  async #run(
    tx: Transaction,
    caller: Caller,
    entries: readonly BundleEntry[],
    writes: readonly WriteEntry[],
    reads: readonly ReadEntry[],
    prefer: ReturnPreference,
  ): Promise<InteractionResult> {
    const { baseUrl } = this.service;
    const requests = writes.map(({ write }) => write);
    const outcomes = await this.writes.execute(tx, caller, requests, async (inTx, planned) => {
      const resources = requests.flatMap((write) => (write.kind === 'delete' ? [] : [write.resource]));
      const targets = {
        byFullUrl: targetsByFullUrl(
          writes.map(({ entry }) => entry),
          planned,
        ),
        byCondition: await targetsByCondition(inTx, caller, this.searches, baseUrl, resources),
      };
      return (resource, index) =>
        rewriteReferences(resource, targets, `Bundle.entry[${writes[index]!.entry.index}].resource`);
    });
    const answers = new Map<number, InteractionResult>();
    writes.forEach(({ entry }, index) => answers.set(entry.index, answerWrite(outcomes[index]!, baseUrl)));
    for (const { entry, interaction, request } of reads) {
      answers.set(entry.index, await this.service.read(tx, interaction, request));
    }
    return responseBundle(
      'transaction',
      entries.map(({ index }) => responseEntry(answers.get(index)!, baseUrl, prefer)),
    );
  }
}
