import type { DatabaseCheck } from '../health/index.js';
import type { Lifecycle } from '../platform/shutdown/index.js';
import type { JobLoop } from './job-loop.js';
import type { Probes } from './probe-server.js';

/**
 * What the worker's probes say.
 *
 * Live: the job loop runs, whether or not there is a database to take jobs from; while the worker stops, the loop is
 * meant to end. Ready: jobs are being taken and what they need is there.
 */
export function workerProbes(
  loop: Pick<JobLoop, 'problem' | 'isTaking'>,
  database: Pick<DatabaseCheck, 'state'>,
  queue: Pick<DatabaseCheck, 'state'>,
  lifecycle: Pick<Lifecycle, 'isStarted' | 'isDraining'>,
): Probes {
  const isLive = (): boolean => lifecycle.isDraining || loop.problem() === undefined;
  const report = async (): Promise<{ isUp: boolean; details: Record<string, unknown> }> => {
    const [data, jobs] = await Promise.all([database.state(), queue.state()]);
    const problem = lifecycle.isDraining ? 'draining' : lifecycle.isStarted ? loop.problem() : 'starting';
    return {
      isUp: problem === undefined && loop.isTaking && data.reachable && jobs.reachable,
      details: {
        loop: problem === undefined ? { status: 'up' } : { status: 'down', problem },
        database: { status: data.reachable ? 'up' : 'down', durationMs: data.durationMs },
        queue: { status: jobs.reachable && loop.isTaking ? 'up' : 'down', durationMs: jobs.durationMs },
      },
    };
  };
  return {
    live: () => ({ isUp: isLive() }),
    startup: () => ({ isUp: lifecycle.isStarted }),
    ready: async () => ({ isUp: (await report()).isUp }),
    report,
  };
}
