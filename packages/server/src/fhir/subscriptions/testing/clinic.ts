import { ScopeSet } from '../../../identity/index.js';
import { Database } from '../../../platform/database/index.js';
import { createLogger } from '../../../platform/logging/index.js';
import { ResourceWrites, validateForWrite } from '../../interactions/index.js';
import type { Resource } from '../../resource.js';
import { ConditionMatcher, SearchReader } from '../../search/index.js';
import { ResourceKeys, ResourceReader, ResourceWriter } from '../../storage/index.js';
import { NetworkPolicy } from '../network-policy.js';
import { SubscriptionObserver } from '../subscription-observer.js';
import { SubscriptionStore } from '../subscription-store.js';

const logger = createLogger({ level: 'silent', role: 'test' });
const BASE_URL = 'http://localhost/fhir/R4';

/** One clinic's resources, written as the API writes them. */
export class TestClinic {
  readonly database: Database;
  readonly reader: ResourceReader;
  readonly store: SubscriptionStore;
  readonly observer: SubscriptionObserver;
  readonly #writes: ResourceWrites;

  /** @param url As the application connects. */
  constructor(
    url: string,
    readonly tenantId: number,
    now: () => number = Date.now,
  ) {
    this.database = new Database({ url, poolSize: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 }, 'test');
    this.reader = new ResourceReader(this.database);
    this.observer = new SubscriptionObserver(BASE_URL, new NetworkPolicy(['127.0.0.0/8']), logger, now);
    const conditions = new ConditionMatcher(new SearchReader());
    const writer = new ResourceWriter(BASE_URL);
    this.#writes = new ResourceWrites(BASE_URL, this.reader, writer, conditions, new ResourceKeys(), [this.observer]);
    this.store = new SubscriptionStore(this.reader, this.#writes);
  }

  /** Creates or updates resources in one transaction. */
  async put(...resources: (Resource & { readonly id: string })[]): Promise<void> {
    const requests = resources.map((resource) => ({
      kind: 'update' as const,
      type: resource.resourceType,
      id: resource.id,
      resource: validateForWrite(resource, resource.resourceType, [this.observer]),
      condition: undefined,
      ifMatch: undefined,
      ifNoneMatch: undefined,
    }));
    await this.database.withTenant(this.tenantId, (tx) => this.#writes.execute(tx, this.#caller, requests));
  }

  async delete(type: string, id: string): Promise<void> {
    await this.database.withTenant(this.tenantId, (tx) =>
      this.#writes.execute(tx, this.#caller, [{ kind: 'delete', type, id, condition: undefined, ifMatch: undefined }]),
    );
  }

  /** The current version as stored; undefined: none. */
  async read(type: string, id: string): Promise<Resource | undefined> {
    const version = await this.reader.current(this.tenantId, type, id);
    return typeof version?.body === 'string' ? (JSON.parse(version.body) as Resource) : undefined;
  }

  get #caller() {
    return {
      tenantId: this.tenantId,
      tenant: String(this.tenantId),
      clientId: 'test',
      subject: 'test',
      scopes: ScopeSet.parse('system/*.cruds'),
    };
  }
}

/** A rest-hook subscription to final Observations, with a payload. */
export function subscription(endpoint: string, parts: Partial<Resource> = {}): Resource & { readonly id: string } {
  return {
    resourceType: 'Subscription',
    id: 'sub',
    status: 'requested',
    reason: 'test',
    criteria: 'Observation?status=final',
    channel: { type: 'rest-hook', endpoint, payload: 'application/fhir+json' },
    ...parts,
  };
}

export function observation(id: string, parts: Partial<Resource> = {}): Resource & { readonly id: string } {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    ...parts,
  };
}
