import { Interrupted } from './fhir-endpoint.js';
import type { LoadJob } from './load-job.js';
import type { LoadFile } from './model.js';
import { submitBundle } from './submit-bundle.js';
import { submitLines } from './submit-lines.js';
import { runPool } from './work-pool.js';
import { journaledBatchSize, workItems, type WorkItem } from './work-items.js';

export interface LoadOptions {
  readonly concurrency: number;
  /** Lines of NDJSON in one request, for files whose load begins now. */
  readonly batchSize: number;
  /** Called at the first failure, so that retries of the other workers end. */
  readonly onFailure: () => void;
}

/**
 * Loads the files: phase after phase, inside a phase with all workers; at last, once more, the bundles that were
 * refused while what they refer to may have been missing.
 *
 * @throws {Interrupted} when `job.stopping` aborted before the end
 * @throws {External} when the server went away
 */
export async function loadFiles(job: LoadJob, files: readonly LoadFile[], options: LoadOptions): Promise<void> {
  const deferred: LoadFile[] = [];
  const unfinished = new UnfinishedFiles(job);
  const work = async (item: WorkItem): Promise<void> => {
    switch (item.kind) {
      case 'json':
        if ((await submitBundle(job, item.file, true)) === 'deferred') {
          deferred.push(item.file);
        } else {
          unfinished.finish(item.file);
        }
        return;
      case 'lines':
        unfinished.begin(item.file);
        await submitLines(job, item.file, item.contentHash, item.group);
        unfinished.endGroup(item.file, item.group.progressBytes);
        return;
      case 'unreadable':
        await job.refuse({
          file: item.file.name,
          issues: [{ severity: 'error', code: 'structure', diagnostics: item.problem }],
        });
        return;
      case 'end':
        unfinished.endOfFile(item.file);
    }
  };
  for (const phase of Map.groupBy(files, (file) => file.phase).values()) {
    const items = workItems(phase, journaledBatchSize(job.journal, options.batchSize));
    await runPool(items, options.concurrency, job.stopping, work, options.onFailure);
    stopIfAsked(job);
  }
  const again = async (file: LoadFile): Promise<void> => {
    await submitBundle(job, file, false);
    unfinished.finish(file);
  };
  await runPool(asGenerator(deferred), options.concurrency, job.stopping, again, options.onFailure);
  stopIfAsked(job);
}

function stopIfAsked(job: LoadJob): void {
  if (job.stopping.aborted) {
    throw new Interrupted();
  }
}

async function* asGenerator<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Counts a file as done when its last group is, which is not the one that was begun last. */
class UnfinishedFiles {
  readonly #groups = new Map<LoadFile, number>();
  readonly #bytes = new Map<LoadFile, number>();
  readonly #ended = new Set<LoadFile>();

  constructor(private readonly job: LoadJob) {}

  begin(file: LoadFile): void {
    this.#groups.set(file, (this.#groups.get(file) ?? 0) + 1);
  }

  endGroup(file: LoadFile, bytes: number): void {
    this.#groups.set(file, (this.#groups.get(file) ?? 1) - 1);
    this.#bytes.set(file, (this.#bytes.get(file) ?? 0) + bytes);
    this.job.bytesDone(bytes);
    this.#finishIfComplete(file);
  }

  endOfFile(file: LoadFile): void {
    this.#ended.add(file);
    this.#finishIfComplete(file);
  }

  finish(file: LoadFile): void {
    this.job.bytesDone(Math.max(0, file.sizeBytes - (this.#bytes.get(file) ?? 0)));
    this.job.fileDone();
  }

  #finishIfComplete(file: LoadFile): void {
    if (this.#ended.has(file) && (this.#groups.get(file) ?? 0) === 0) {
      this.finish(file);
    }
  }
}
