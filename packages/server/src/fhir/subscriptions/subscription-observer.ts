import { matchesFilters } from '@healthcare/fhir';
import type { Tx } from '../../platform/database/index.js';
import { FhirError, type OutcomeIssue } from '../../platform/errors/index.js';
import type { Logger } from '../../platform/logging/index.js';
import { enqueue } from '../../platform/queue/index.js';
import type { StoredChange, WriteObserver } from '../interactions/index.js';
import type { Resource } from '../resource.js';
import { channelProblems } from './channel.js';
import { CriteriaCache } from './criteria-cache.js';
import { type Criteria, parseCriteria } from './criteria.js';
import { subscriptionDelivery, subscriptionStatus } from './jobs.js';
import type { NetworkPolicy } from './network-policy.js';
import { hasEnded, type Subscription } from './subscription.js';
import { SubscriptionIndex, type WaitingSubscription } from './subscription-index.js';

/**
 * What subscriptions have to do with a write, in its transaction: a Subscription is checked and put on watch; any other
 * resource is held against the subscriptions of its clinic, and each that it matches gets a delivery job.
 *
 * As in R4 the criteria are applied to the new version; a deletion is told to nobody.
 */
export class SubscriptionObserver implements WriteObserver {
  readonly #index: SubscriptionIndex;
  readonly #criteria: CriteriaCache;

  constructor(
    private readonly baseUrl: string,
    private readonly networks: NetworkPolicy,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {
    this.#index = new SubscriptionIndex(now);
    this.#criteria = new CriteriaCache(baseUrl);
  }

  /** @throws {FhirError} 422 for a Subscription that this server could not serve, with all that is in the way. */
  check(resource: Resource): void {
    if (!isSubscription(resource)) {
      return;
    }
    const issues: OutcomeIssue[] = channelProblems(resource.channel, this.networks);
    try {
      parseCriteria(resource.criteria, this.baseUrl);
    } catch (error) {
      if (!(error instanceof FhirError)) {
        throw error;
      }
      issues.push(...error.issues);
    }
    if (issues.length > 0) {
      throw new FhirError(422, issues);
    }
  }

  async written(tx: Tx, tenantId: number, changes: readonly StoredChange[]): Promise<void> {
    for (const { resourceType, id, resource } of changes) {
      if (resourceType === 'Subscription') {
        await this.#watch(tx, tenantId, id, resource as Subscription | null);
      }
    }
    await this.#planDeliveries(tx, tenantId, changes);
  }

  async #watch(tx: Tx, tenantId: number, id: string, subscription: Subscription | null): Promise<void> {
    if (subscription === null) {
      return this.#index.remove(tx, id);
    }
    const { resourceType } = this.#criteria.get(subscription.criteria);
    await this.#index.put(tx, id, subscription, resourceType);
    if (hasEnded(subscription, this.now())) {
      return;
    }
    const data = { subscriptionId: id };
    if (subscription.status === 'requested') {
      await enqueue(tx, subscriptionStatus, tenantId, [{ data, key: `subscription-activation/${tenantId}/${id}` }]);
    }
    if (subscription.end !== undefined) {
      await enqueue(tx, subscriptionStatus, tenantId, [{ data, key: `subscription-end/${tenantId}/${id}` }], {
        runAt: new Date(subscription.end),
      });
    }
  }

  async #planDeliveries(tx: Tx, tenantId: number, changes: readonly StoredChange[]): Promise<void> {
    const told = changes.filter(({ resource, resourceType }) => resource !== null && resourceType !== 'Subscription');
    if (told.length === 0) {
      return;
    }
    const waiting = await this.#index.waitingFor(tx, [...new Set(told.map(({ resourceType }) => resourceType))]);
    const jobs = waiting.flatMap((subscription) =>
      this.#matching(told, subscription).map(({ resourceType, id, version }) => ({
        data: { subscriptionId: subscription.id, resourceType, resourceId: id, version },
        key: `subscription-delivery/${tenantId}/${subscription.id}/${resourceType}/${id}/${version}`,
      })),
    );
    await enqueue(tx, subscriptionDelivery, tenantId, jobs);
  }

  #matching(changes: readonly StoredChange[], { id, resourceType, criteria }: WaitingSubscription): StoredChange[] {
    const filters = this.#filtersOf(id, criteria);
    if (filters === undefined) {
      return [];
    }
    return changes.filter((change) => {
      const lastUpdatedMs = Date.parse(String(change.resource?.meta?.['lastUpdated']));
      return (
        change.resourceType === resourceType &&
        matchesFilters(change.searchValues, filters, { id: change.id, lastUpdatedMs })
      );
    });
  }

  /** Undefined for criteria that an earlier release accepted and this one cannot read: no reason to refuse a write. */
  #filtersOf(subscriptionId: string, criteria: string): Criteria['filters'] | undefined {
    try {
      return this.#criteria.get(criteria).filters;
    } catch (error) {
      if (!(error instanceof FhirError)) {
        throw error;
      }
      this.logger.error(
        { subscription: subscriptionId },
        'subscription has criteria that cannot be read: nobody is told',
      );
      return undefined;
    }
  }
}

function isSubscription(resource: Resource): resource is Subscription {
  return resource.resourceType === 'Subscription';
}
