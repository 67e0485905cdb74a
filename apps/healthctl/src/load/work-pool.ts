/**
 * Lets `concurrency` workers take items from one source, each the next when it is free: nothing is read ahead of the
 * slowest part, so memory holds at most one item a worker.
 *
 * After `stopping` aborts or a worker fails, no further item is taken; what is under way ends, then the first failure
 * is thrown.
 *
 * @param onFailure called at once at the first failure, before the other workers have ended
 */
export async function runPool<Item>(
  source: AsyncGenerator<Item>,
  concurrency: number,
  stopping: AbortSignal,
  work: (item: Item) => Promise<void>,
  onFailure: () => void,
): Promise<void> {
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (failures.length === 0 && !stopping.aborted) {
      const next = await source.next();
      if (next.done === true || stopping.aborted || failures.length > 0) {
        return;
      }
      await work(next.value);
    }
  };
  const guarded = (): Promise<void> =>
    worker().catch((error: unknown) => {
      failures.push(error);
      onFailure();
    });
  await Promise.all(Array.from({ length: concurrency }, guarded));
  await source.return(undefined);
  if (failures.length > 0) {
    throw failures[0];
  }
}
