import type { KeyObject } from 'node:crypto';
import { LONGEST_SIGNED_LIFETIME_S } from '../identity-config.js';
import type { SigningKey } from './signing-key.js';
import type { SigningKeyStore } from './signing-key-store.js';

/** The keys of a moment. */
export interface KeySet {
  /** The one that signs now. */
  readonly signing: SigningKey;
  /** All that are published: those that verify, and the next one. */
  readonly published: readonly SigningKey[];
}

/** How long keys are used before the database is asked again. */
const MAX_AGE_MS = 60_000;
/** A token with an unknown key makes the database be asked, but not more often than this: anybody can invent a key id. */
const UNKNOWN_KEY_INTERVAL_MS = 5_000;
/** Clocks of machines differ. */
const CLOCK_TOLERANCE_MS = 30_000;
/** A new key is published this long before it signs: every process and every client that keeps keys knows it by then. */
const PUBLICATION_MS = 10 * 60_000;
/** Keys are changed by themselves at this age. */
const ROTATION_MS = 90 * 24 * 3600 * 1000;

/**
 * The signing keys as this process knows them.
 *
 * While the database cannot be reached, the keys last read go on verifying: a key is only ever taken away on purpose.
 */
export class KeyRing {
  #known: { readonly keys: readonly SigningKey[]; readonly readAtMs: number } | undefined;
  #reading: Promise<readonly SigningKey[]> | undefined;

  constructor(
    private readonly store: SigningKeyStore,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * The keys to sign and publish with; the first one is made where there is none.
   *
   * @throws {UnsealError} when the keys were sealed with another key than the configured one.
   */
  async keySet(): Promise<KeySet> {
    const nowMs = this.now();
    const keys = await this.#fresh(MAX_AGE_MS);
    const signing = signingKeyAt(keys, nowMs) ?? signingKeyAt(await this.#read(), nowMs);
    if (signing === undefined) {
      throw new Error('There is no signing key that is active.');
    }
    return { signing, published: keys.filter((key) => !isRetired(key, nowMs)) };
  }

  /** The public key of that id, if its tokens are accepted now. */
  async verificationKey(kid: string): Promise<KeyObject | undefined> {
    const find = (keys: readonly SigningKey[]): SigningKey | undefined =>
      keys.find((key) => key.kid === kid && !isRetired(key, this.now()));
    const known = find(await this.#fresh(MAX_AGE_MS));
    return (known ?? find(await this.#fresh(UNKNOWN_KEY_INTERVAL_MS)))?.publicKey;
  }

  /**
   * Replaces the signing key. The new one is published at once and signs when every process knows it; the old one is
   * accepted until the last token that it signed has expired.
   *
   * @param options.immediately The old keys are accepted no longer, by this process at once and by the others within a
   *   minute: for a key that was stolen. Every token ends.
   */
  async rotate(options: { readonly immediately?: boolean } = {}): Promise<void> {
    const nowMs = this.now();
    const activeFromMs = options.immediately === true ? nowMs : nowMs + PUBLICATION_MS;
    await this.store.addUnderLock(nowMs, () => ({
      activeFromMs,
      retireOthersAtMs: options.immediately === true ? nowMs : lastUse(activeFromMs),
    }));
    this.#known = undefined;
  }

  async #fresh(maxAgeMs: number): Promise<readonly SigningKey[]> {
    if (this.#known !== undefined && this.now() - this.#known.readAtMs < maxAgeMs) {
      return this.#known.keys;
    }
    try {
      return await this.#read();
    } catch (error) {
      if (this.#known === undefined) {
        throw error;
      }
      this.#known = { ...this.#known, readAtMs: this.now() };
      return this.#known.keys;
    }
  }

  /** One reading at a time, whoever waits for it. */
  async #read(): Promise<readonly SigningKey[]> {
    this.#reading ??= this.#readStore().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readStore(): Promise<readonly SigningKey[]> {
    const nowMs = this.now();
    let keys = await this.store.list(nowMs);
    if (changeDue(keys, nowMs) !== undefined) {
      await this.store.addUnderLock(nowMs, (current) => changeDue(current, nowMs));
      keys = await this.store.list(nowMs);
    }
    this.#known = { keys, readAtMs: nowMs };
    return keys;
  }
}

/** The first key, or the next one when the newest has reached its age. */
function changeDue(
  keys: readonly SigningKey[],
  nowMs: number,
): { activeFromMs: number; retireOthersAtMs: number } | undefined {
  const newest = keys.at(-1);
  if (newest === undefined) {
    return { activeFromMs: nowMs, retireOthersAtMs: nowMs };
  }
  if (nowMs - newest.activeFromMs < ROTATION_MS) {
    return undefined;
  }
  const activeFromMs = nowMs + PUBLICATION_MS;
  return { activeFromMs, retireOthersAtMs: lastUse(activeFromMs) };
}

/** When the last token of the key before can have expired. */
function lastUse(activeFromMs: number): number {
  return activeFromMs + MAX_AGE_MS + LONGEST_SIGNED_LIFETIME_S * 1000 + CLOCK_TOLERANCE_MS;
}

function signingKeyAt(keys: readonly SigningKey[], nowMs: number): SigningKey | undefined {
  // The first key may have been made a moment ago by a process whose clock is ahead.
  return keys.findLast((key) => key.activeFromMs <= nowMs + CLOCK_TOLERANCE_MS && !isRetired(key, nowMs));
}

function isRetired(key: SigningKey, nowMs: number): boolean {
  return key.retireAtMs !== undefined && key.retireAtMs <= nowMs;
}
