import { extractSearchValues } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { type Caller, requireScope } from '../../identity/index.js';
import type { Resource } from '../resource.js';
import type { ConditionMatcher } from '../search/index.js';
import type { ResourceKeys, ResourceReader, ResourceWriter, StoredVersion, VersionToStore } from '../storage/index.js';
import { checkPreconditions, planWrites, type TargetedWrite } from './plan-write.js';
import { renderVersion } from './render-version.js';
import { newResourceId } from './resource-id.js';
import type { StoredChange, WriteObserver } from './write-observer.js';
import type { WriteOutcome, WriteRequest } from './write-request.js';

/** Rewrites a resource's references once it is known which id every resource of a transaction gets. */
export type RewriteReferences = (
  tx: Transaction,
  planned: readonly TargetedWrite[],
) => Promise<(resource: Resource, index: number) => Resource>;

/**
 * Creates, updates and deletes, one or many, inside a transaction: all are stored, or it throws and none is.
 *
 * Conditions are decided first and under a lock, then references, then the current versions are locked in one order.
 */
export class ResourceWrites {
  constructor(
    private readonly baseUrl: string,
    private readonly reader: ResourceReader,
    private readonly writer: ResourceWriter,
    private readonly conditions: ConditionMatcher,
    private readonly keys: ResourceKeys,
    private readonly observers: readonly WriteObserver[],
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns One outcome a request, in their order. */
  async execute(
    tx: Transaction,
    caller: Caller,
    requests: readonly WriteRequest[],
    rewriteReferences?: RewriteReferences,
  ): Promise<WriteOutcome[]> {
    const matches = await this.conditions.match(tx, caller.tenantId, requests);
    const planned = planWrites(requests, matches, () => newResourceId(this.now()));
    const targets = identitiesOf(planned);
    const rewrite = rewriteReferences === undefined ? undefined : await rewriteReferences(tx, planned);
    // A created resource has an id that nobody else knows: there is nothing to lock.
    const current = await this.reader.lock(
      tx,
      targets.filter((target) => !target.isNew),
    );
    const lastUpdatedMs = this.now();
    const steps = planned.map((write, index) =>
      this.#nextVersion(write, caller, current, lastUpdatedMs, (resource) => rewrite?.(resource, index) ?? resource),
    );
    const stored = steps.flatMap((step) => (step.stored === undefined ? [] : [step.stored]));
    if (stored.length > 0) {
      await this.writer.store(tx, stored);
      await this.#notify(tx, caller.tenantId, stored);
    }
    return steps.map((step) => step.outcome);
  }

  #nextVersion(
    write: TargetedWrite,
    caller: Caller,
    locked: ReadonlyMap<string, StoredVersion>,
    nowMs: number,
    rewrite: (resource: Resource) => Resource,
  ): Step {
    if (write.kind === 'keep') {
      return { outcome: { kind: 'existed', version: write.version } };
    }
    if (write.kind === 'nothing') {
      return { outcome: { kind: 'deleted', version: undefined } };
    }
    const { request, id } = write;
    const previous = locked.get(`${request.type}/${id}`);
    checkPreconditions(request, previous);
    const version = (previous?.version ?? 0) + 1;
    // Never before the version it replaces, also when another machine's clock was ahead.
    const lastUpdated = new Date(Math.max(nowMs, previous?.lastUpdated.getTime() ?? 0));
    const key = previous?.key ?? this.keys.next();
    const base = { type: request.type, id, key, version, lastUpdated };
    if (write.kind === 'remove') {
      if (previous === undefined || previous.body === null) {
        return { outcome: { kind: 'deleted', version: previous } };
      }
      const next: StoredVersion = { ...base, method: 'DELETE', body: null };
      return {
        outcome: { kind: 'deleted', version: next },
        stored: { next, previous, searchValues: [], resource: null },
      };
    }
    const isNew = previous === undefined || previous.body === null;
    if (isNew && request.kind === 'update') {
      requireScope(caller, request.type, 'create');
    }
    const { resource, body } = renderVersion(rewrite(write.request.resource), id, version, lastUpdated);
    const searchValues = extractSearchValues(resource, { baseUrl: this.baseUrl });
    const next: StoredVersion = { ...base, method: request.kind === 'create' ? 'POST' : 'PUT', body };
    return {
      outcome: { kind: isNew ? 'created' : 'updated', version: next },
      stored: { next, previous, searchValues, resource },
    };
  }

  async #notify(tx: Transaction, tenantId: number, stored: readonly StoredResource[]): Promise<void> {
    const changes = stored.map(({ next, previous, searchValues, resource }): StoredChange => ({
      interaction:
        resource === null ? 'delete' : previous === undefined || previous.body === null ? 'create' : 'update',
      resourceType: next.type,
      id: next.id,
      version: next.version,
      resource,
      searchValues,
    }));
    for (const observer of this.observers) {
      await observer.written(tx, tenantId, changes);
    }
  }
}

type StoredResource = VersionToStore & { readonly resource: Resource | null };

interface Step {
  readonly outcome: WriteOutcome;
  readonly stored?: StoredResource;
}

/** @throws {FhirError} 400 when two writes are about the same resource: which is the last would be chance. */
function identitiesOf(planned: readonly TargetedWrite[]): { type: string; id: string; isNew: boolean }[] {
  const seen = new Set<string>();
  return planned.flatMap((write) => {
    if (write.kind === 'keep' || write.kind === 'nothing') {
      return [];
    }
    const { type, kind } = write.request;
    const identity = `${type}/${write.id}`;
    if (seen.has(identity)) {
      throw FhirError.of(400, 'duplicate', 'Two entries of the bundle write the same resource.');
    }
    seen.add(identity);
    return [{ type, id: write.id, isNew: kind === 'create' }];
  });
}
