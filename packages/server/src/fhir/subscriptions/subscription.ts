import type { Resource } from '../resource.js';
import type { Channel } from './channel.js';

/** A Subscription that has passed validation. */
export interface Subscription extends Resource {
  readonly resourceType: 'Subscription';
  readonly status: 'requested' | 'active' | 'error' | 'off';
  readonly criteria: string;
  readonly channel: Channel;
  /** Instant from which on the server does not notify. */
  readonly end?: string;
  /** Why the server has given up; written by the server. */
  readonly error?: string;
}

/**
 * Whether changes are to be told. A requested subscription counts from the moment it is stored, so that nothing is
 * missed until it is activated.
 */
export function isWaiting(subscription: Subscription, nowMs: number): boolean {
  return (subscription.status === 'requested' || subscription.status === 'active') && !hasEnded(subscription, nowMs);
}

export function hasEnded(subscription: Subscription, nowMs: number): boolean {
  return subscription.end !== undefined && Date.parse(subscription.end) <= nowMs;
}
