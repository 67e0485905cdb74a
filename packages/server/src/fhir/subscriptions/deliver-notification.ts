import type { Database } from '../../platform/database/index.js';
import type { Logger } from '../../platform/logging/index.js';
import type { JobHandler, JobOrigin, JobRun } from '../../platform/queue/index.js';
import type { ResourceReader } from '../storage/index.js';
import { subscriptionDelivery } from './jobs.js';
import type { DeliveryOutcome, NotificationSender } from './notification-sender.js';
import { isWaiting, type Subscription } from './subscription.js';
import type { SubscriptionStore } from './subscription-store.js';

interface Data {
  readonly subscriptionId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly version: number;
}

/** The receiver could not be told; the queue tries again. */
class NotDelivered extends Error {
  readonly code = 'NOT_DELIVERED';

  constructor(reason: string) {
    super(`The receiver was not told: ${reason}.`);
    this.name = 'NotDelivered';
  }
}

/**
 * Handler of `subscription-delivery`. Receivers get every version at least once, in no certain order; with the same
 * payload twice if a worker dies between the receiver's answer and the end of the job.
 *
 * No transaction is open while the receiver is being waited for.
 */
export class DeliverNotification implements JobHandler<Data> {
  readonly type = subscriptionDelivery;

  constructor(
    private readonly database: Database,
    private readonly resources: ResourceReader,
    private readonly subscriptions: SubscriptionStore,
    private readonly sender: NotificationSender,
    private readonly maxAttempts: number,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws {NotDelivered} to be tried again. */
  async run(payload: Data & JobOrigin, { attempt, signal }: JobRun): Promise<void> {
    const found = await this.#load(payload);
    if (found === undefined) {
      this.logger.info({ subscription: payload.subscriptionId }, 'notification dropped: nobody waits for it any more');
      return;
    }
    const { channel } = found.subscription;
    const outcome = await this.sender.send({ ...payload, channel, body: found.body }, signal);
    if (outcome.delivered) {
      return;
    }
    if (!outcome.isFinal && attempt < this.maxAttempts) {
      throw new NotDelivered(outcome.reason);
    }
    await this.#giveUp(payload, attempt, outcome);
  }

  async #load({
    tenantId,
    subscriptionId,
    resourceType,
    resourceId,
    version,
  }: Data & JobOrigin): Promise<{ subscription: Subscription; body: string } | undefined> {
    return this.database.withTenant(
      tenantId,
      async (tx) => {
        const [current, stored] = await Promise.all([
          this.subscriptions.current(tx, subscriptionId),
          this.resources.version(tx, resourceType, resourceId, version),
        ]);
        return current !== undefined && isWaiting(current.subscription, this.now()) && typeof stored?.body === 'string'
          ? { subscription: current.subscription, body: stored.body }
          : undefined;
      },
      { readOnly: true },
    );
  }

  /** What else is queued for the subscription is dropped when its turn comes. */
  async #giveUp(
    { tenantId, subscriptionId }: Data & JobOrigin,
    attempt: number,
    { reason }: Extract<DeliveryOutcome, { delivered: false }>,
  ): Promise<void> {
    const error = `The receiver was not told after ${attempt === 1 ? '1 attempt' : `${attempt} attempts`}: ${reason}.`;
    await this.database.withTenant(tenantId, async (tx) => {
      const current = await this.subscriptions.lock(tx, subscriptionId);
      if (current !== undefined && isWaiting(current.subscription, this.now())) {
        await this.subscriptions.setStatus(tx, tenantId, current, 'error', error);
      }
    });
    this.logger.warn({ subscription: subscriptionId, attempt, reason }, 'subscription switched to error');
  }
}
