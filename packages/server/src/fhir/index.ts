export { FhirModule } from './fhir.module.js';
export { SubscriptionJobsModule } from './subscription-jobs.module.js';
export { subscriptionDelivery, subscriptionStatus } from './subscriptions/index.js';
