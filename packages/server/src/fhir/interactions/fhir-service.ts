import type { Database, Transaction } from '../../platform/database/index.js';
import { type Caller, requireScope } from '../../identity/index.js';
import type { SearchReader } from '../search/index.js';
import type { HistoryReader, ResourceReader } from '../storage/index.js';
import { carryOutOnce, type IdempotentRequest } from './idempotency.js';
import type { Interaction } from './interaction.js';
import type { InteractionRequest, InteractionResult } from './interaction-request.js';
import { readHistory } from './read-history.js';
import { answerRead } from './read-resource.js';
import { retryOnConflict } from './retry-on-conflict.js';
import { readSearch, searchType } from './search-type.js';
import { requireKnownElements } from './subset.js';
import { parseVersionId } from './version-id.js';
import { writeRequestOf } from './write-request-of.js';
import { answerWrite } from './write-result.js';
import type { ResourceWrites } from './write-resources.js';
import type { WriteObserver } from './write-observer.js';

/** Every interaction but bundles, which are made of these. */
export type SingleInteraction = Exclude<Interaction, { kind: 'bundle' }>;
export type ReadInteraction = Exclude<SingleInteraction, { kind: 'create' | 'update' | 'delete' }>;

/** Carries out single interactions on behalf of a caller: scope, transaction, answer. */
export class FhirService {
  constructor(
    readonly baseUrl: string,
    private readonly database: Database,
    private readonly resources: ResourceReader,
    private readonly histories: HistoryReader,
    private readonly searches: SearchReader,
    private readonly writes: ResourceWrites,
    readonly observers: readonly WriteObserver[],
  ) {}

  /** @throws {FhirError} whatever the caller did wrong; nothing is changed then. */
  async execute(
    caller: Caller,
    interaction: SingleInteraction,
    request: InteractionRequest,
    idempotent?: IdempotentRequest,
  ): Promise<InteractionResult> {
    authorize(caller, interaction, request);
    if ('type' in interaction && request.handling === 'strict') {
      requireKnownElements(interaction.type, request.subset);
    }
    switch (interaction.kind) {
      case 'read':
        return answerRead(await this.resources.current(caller.tenantId, interaction.type, interaction.id), request);
      case 'create':
      case 'update':
      case 'delete': {
        const write = writeRequestOf(interaction, request, this.baseUrl, this.observers);
        return retryOnConflict(() =>
          this.database.withTenant(caller.tenantId, async (tx) => {
            const work = async (): Promise<InteractionResult> => {
              const [outcome] = await this.writes.execute(tx, caller, [write]);
              return answerWrite(outcome!, this.baseUrl);
            };
            return idempotent === undefined ? work() : carryOutOnce(tx, idempotent, work);
          }),
        );
      }
      default:
        return this.database.withTenant(caller.tenantId, (tx) => this.read(tx, interaction, request), {
          readOnly: true,
        });
    }
  }

  /** A reading interaction inside a transaction that has begun. The caller's scope was checked. */
  async read(tx: Transaction, interaction: ReadInteraction, request: InteractionRequest): Promise<InteractionResult> {
    switch (interaction.kind) {
      case 'read': {
        const { type, id } = interaction;
        const found = await this.resources.currentOf(tx, [{ type, id }]);
        return answerRead(found.get(`${type}/${id}`), request);
      }
      case 'vread': {
        const version = parseVersionId(interaction.versionId);
        return answerRead(
          version === undefined
            ? undefined
            : await this.resources.version(tx, interaction.type, interaction.id, version),
          request,
        );
      }
      case 'search-type': {
        const query = readSearch(interaction.type, request.query, {
          handling: request.handling,
          baseUrl: this.baseUrl,
        });
        return searchType(tx, this.searches, this.baseUrl, query, request);
      }
      default:
        return readHistory(tx, this.histories, this.baseUrl, interaction, request);
    }
  }
}

/**
 * Checks the scope that an interaction needs (SMART App Launch 2.0, "Scopes for requesting FHIR resources").
 *
 * A conditional write also searches. An update may turn out to create: that is checked when it does.
 *
 * @throws {FhirError} 403 naming the scope that is missing.
 */
export function authorize(
  caller: Caller,
  interaction: SingleInteraction,
  request: Pick<InteractionRequest, 'ifNoneExist'>,
): void {
  switch (interaction.kind) {
    case 'read':
    case 'vread':
    case 'history-instance':
      return requireScope(caller, interaction.type, 'read');
    case 'search-type':
    case 'history-type':
      return requireScope(caller, interaction.type, 'search');
    case 'history-system':
      return requireScope(caller, '*', 'search');
    case 'create':
      if (request.ifNoneExist !== undefined) {
        requireScope(caller, interaction.type, 'search');
      }
      return requireScope(caller, interaction.type, 'create');
    case 'update':
    case 'delete':
      if (interaction.id === undefined) {
        requireScope(caller, interaction.type, 'search');
      }
      return requireScope(caller, interaction.type, interaction.kind);
  }
}
