import { parseJson } from '@healthcare/fhir';
import { type Caller, ScopeSet } from '../../identity/index.js';
import type { Tx } from '../../platform/database/index.js';
import { etagOf, type ResourceWrites } from '../interactions/index.js';
import type { ResourceReader, StoredVersion } from '../storage/index.js';
import type { Subscription } from './subscription.js';

/** A Subscription as it stands, with the version it stands at. */
export interface CurrentSubscription {
  readonly id: string;
  readonly version: number;
  readonly subscription: Subscription;
}

/** Reads Subscriptions, and changes their status by an update like any other: a new version, with history. */
export class SubscriptionStore {
  constructor(
    private readonly reader: ResourceReader,
    private readonly writes: ResourceWrites,
  ) {}

  /** Undefined: there is none, or none any more. */
  async current(tx: Tx, id: string): Promise<CurrentSubscription | undefined> {
    const found = await this.reader.currentOf(tx, [{ type: 'Subscription', id }]);
    return [...found.values()].flatMap(toCurrent)[0];
  }

  /** As `current`, and holds it until the transaction ends. */
  async lock(tx: Tx, id: string): Promise<CurrentSubscription | undefined> {
    const found = await this.reader.lock(tx, [{ type: 'Subscription', id }]);
    return [...found.values()].flatMap(toCurrent)[0];
  }

  /**
   * @param current As `lock` gave it.
   * @param error Why, for the status `error`; another status carries none.
   */
  async setStatus(
    tx: Tx,
    tenantId: number,
    { id, version, subscription }: CurrentSubscription,
    status: Subscription['status'],
    error?: string,
  ): Promise<void> {
    const { error: _former, ...rest } = subscription;
    const resource = { ...rest, status, ...(error === undefined ? {} : { error }) };
    await this.writes.execute(tx, callerOf(tenantId), [
      {
        kind: 'update',
        type: 'Subscription',
        id,
        resource,
        condition: undefined,
        ifMatch: etagOf(version),
        ifNoneMatch: undefined,
      },
    ]);
  }
}

function toCurrent({ id, version, body }: StoredVersion): CurrentSubscription[] {
  return body === null ? [] : [{ id, version, subscription: parseJson(body) as unknown as Subscription }];
}

/** The server itself, in one clinic, with the rights for what is done here. */
function callerOf(tenantId: number): Caller {
  return {
    tenantId,
    tenant: String(tenantId),
    clientId: 'subscriptions',
    subject: 'subscriptions',
    scopes: ScopeSet.parse('system/Subscription.ru'),
  };
}
