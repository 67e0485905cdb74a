import type { ScopeSet } from './scope-set.js';

/** Who makes a request, as the access token says. */
export interface Caller {
  /** Internal number of the clinic: what row-level security compares. */
  readonly tenantId: number;
  /** Public name of the clinic, e.g. `demo`. */
  readonly tenant: string;
  readonly clientId: string;
  /** The user's id, or the client's where no person is involved. */
  readonly subject: string;
  readonly scopes: ScopeSet;
}
