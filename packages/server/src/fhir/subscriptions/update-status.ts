import type { Database } from '../../platform/database/index.js';
import type { JobHandler } from '../../platform/queue/index.js';
import { subscriptionStatus } from './jobs.js';
import { hasEnded, type Subscription } from './subscription.js';
import type { SubscriptionStore } from './subscription-store.js';

type Data = { readonly subscriptionId: string };

/** Handler of `subscription-status`. Done again it finds nothing to do. */
export class UpdateSubscriptionStatus implements JobHandler<Data> {
  readonly type = subscriptionStatus;

  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionStore,
    private readonly now: () => number = Date.now,
  ) {}

  async run({ tenantId, subscriptionId }: Data & { tenantId: number }): Promise<void> {
    await this.database.withTenant(tenantId, async (tx) => {
      const current = await this.subscriptions.lock(tx, subscriptionId);
      const next = current === undefined ? undefined : nextStatus(current.subscription, this.now());
      if (current !== undefined && next !== undefined) {
        await this.subscriptions.setStatus(tx, tenantId, current, next);
      }
    });
  }
}

function nextStatus(subscription: Subscription, nowMs: number): Subscription['status'] | undefined {
  if (subscription.status !== 'requested' && subscription.status !== 'active') {
    return undefined;
  }
  if (hasEnded(subscription, nowMs)) {
    return 'off';
  }
  return subscription.status === 'requested' ? 'active' : undefined;
}
