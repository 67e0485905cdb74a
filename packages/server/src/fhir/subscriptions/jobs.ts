import { z } from 'zod';
import { defineJobType } from '../../platform/queue/index.js';

const id = z.string().min(1).max(64);

/** Longest a delivery may take, connecting and the receiver's answer included. */
export const DELIVERY_TIMEOUT_MS = 30_000;

/** Tells one subscriber of one version of one resource. */
export const subscriptionDelivery = defineJobType(
  'subscription-delivery',
  { subscriptionId: id, resourceType: z.string().max(64), resourceId: id, version: z.int().positive() },
  // Two statements before and perhaps a change of status after it.
  { timeoutMs: DELIVERY_TIMEOUT_MS + 60_000 },
);

/** Brings the status of a Subscription in line: requested becomes active, and off once its end has come. */
export const subscriptionStatus = defineJobType(
  'subscription-status',
  { subscriptionId: id },
  { timeoutMs: 60_000, priority: -1 },
);
