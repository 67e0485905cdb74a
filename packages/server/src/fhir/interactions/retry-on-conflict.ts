import { setTimeout as sleep } from 'node:timers/promises';

const MAX_ATTEMPTS = 5;
const BASE_DELAY_MS = 5;

/** Unique indexes whose violation means that another transaction got there first. */
const RACES = new Set([
  'resource_pkey',
  'resource_key',
  'resource_history_pkey',
  'token_entry_pkey',
  'string_entry_pkey',
  'reference_entry_pkey',
  'date_entry_pkey',
]);

/**
 * Runs a transaction again when it lost a race: two creations of one id, a serialisation failure, a deadlock.
 *
 * @param work A whole transaction: it starts over.
 */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRace(error)) {
        throw error;
      }
      await sleep(BASE_DELAY_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

function isRace(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '40001' || code === '40P01' || (code === '23505' && RACES.has(String(constraint)));
}
