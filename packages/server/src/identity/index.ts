export { mountAuthorizationServer } from './authorization-server/mount-authorization-server.js';
export type { Caller } from './caller.js';
export { callerOf } from './caller-of.js';
export { type ConfidentialClient, createClient, type GrantType, type NewClient } from './clients/create-client.js';
export { IdentityModule } from './identity.module.js';
export { Public } from './public.js';
export { requireScope } from './require-scope.js';
export { OPERATOR_SCOPE, ScopeSet } from './scope-set.js';
export { createUser, type NewUser } from './users/create-user.js';
