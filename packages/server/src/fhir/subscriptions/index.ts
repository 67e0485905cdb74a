export { DeliverNotification } from './deliver-notification.js';
export { DELIVERY_TIMEOUT_MS, subscriptionDelivery, subscriptionStatus } from './jobs.js';
export { NetworkPolicy } from './network-policy.js';
export { NotificationSender } from './notification-sender.js';
export { SubscriptionObserver } from './subscription-observer.js';
export { SubscriptionStore } from './subscription-store.js';
export { UpdateSubscriptionStatus } from './update-status.js';
