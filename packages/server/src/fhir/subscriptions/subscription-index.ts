import type { Tx } from '../../platform/database/index.js';
import { isWaiting, type Subscription } from './subscription.js';

/** A subscription that waits for changes of a type. */
export interface WaitingSubscription {
  readonly id: string;
  readonly resourceType: string;
  readonly criteria: string;
}

/** The side table in which a write finds the subscriptions that it may concern, in one look at an index. */
export class SubscriptionIndex {
  constructor(private readonly now: () => number = Date.now) {}

  /** Subscriptions of the transaction's clinic that wait for changes of any of these types. */
  async waitingFor(tx: Tx, resourceTypes: readonly string[]): Promise<WaitingSubscription[]> {
    const rows = await tx.prepared<{ subscription_id: string; resource_type: string; criteria: string }>(
      WAITING.name,
      WAITING.text,
      [resourceTypes, new Date(this.now()).toISOString()],
    );
    return rows.map((row) => ({ id: row.subscription_id, resourceType: row.resource_type, criteria: row.criteria }));
  }

  /** @param resourceType What its criteria are about. */
  async put(tx: Tx, id: string, subscription: Subscription, resourceType: string): Promise<void> {
    if (!isWaiting(subscription, this.now())) {
      return this.remove(tx, id);
    }
    const end = subscription.end === undefined ? null : new Date(subscription.end).toISOString();
    await tx.query(PUT, [id, resourceType, subscription.criteria, end]);
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from fhir.subscription_index where subscription_id = $1', [id]);
  }
}

const WAITING = {
  name: 'subscription_waiting',
  text: `select subscription_id, resource_type, criteria from fhir.subscription_index
    where resource_type = any($1::text[]) and (end_at is null or end_at > $2::timestamptz)`,
};

const PUT = `insert into fhir.subscription_index (tenant_id, subscription_id, resource_type, criteria, end_at)
  values (platform.current_tenant(), $1, $2, $3, $4)
  on conflict (tenant_id, subscription_id)
  do update set resource_type = excluded.resource_type, criteria = excluded.criteria, end_at = excluded.end_at`;
