import type { Database } from '../../platform/database/index.js';
import { BoundedCache } from './bounded-cache.js';

const MAX_AGE_MS = 30_000;
const CAPACITY = 10_000;

/** Who a token speaks for, as its claims name them. */
export interface Identity {
  readonly tenantId: number;
  readonly tenant: string;
  readonly clientId: string;
  readonly subject: string;
}

const IS_ACTIVE = {
  name: 'identity_is_active',
  text: `select exists (
      select from identity.client c join platform.tenant t on t.id = c.tenant_id
      where c.id = $1 and c.disabled_at is null and t.id = $2 and t.slug = $3
    ) and ($4::uuid is null or exists (
      select from identity.app_user u where u.tenant_id = $2 and u.id = $4::uuid and u.disabled_at is null
    )) as active`,
};

/**
 * Knows whether clinic, client and person of a token are still there and not disabled: a signed token alone cannot tell.
 * Answers are up to 30 s old.
 */
export class CallerDirectory {
  readonly #answers: BoundedCache<Promise<boolean>>;

  constructor(
    private readonly database: Database,
    private readonly now: () => number = Date.now,
  ) {
    this.#answers = new BoundedCache(CAPACITY, now);
  }

  async isActive(identity: Identity): Promise<boolean> {
    const { tenantId, tenant, clientId, subject } = identity;
    const key = JSON.stringify([tenantId, tenant, clientId, subject]);
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const answer = this.database
      .read<{ active: boolean }>(tenantId, IS_ACTIVE, [
        clientId,
        tenantId,
        tenant,
        subject === clientId ? null : subject,
      ])
      .then((rows) => rows[0]?.active === true);
    this.#answers.set(key, answer, this.now() + MAX_AGE_MS);
    // A failure is no answer: the next request asks again.
    answer.catch(() => this.#answers.set(key, answer, 0));
    return answer;
  }
}
