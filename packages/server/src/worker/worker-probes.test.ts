import { describe, expect, it } from 'vitest';
import { workerProbes } from './worker-probes.js';

const up = { state: async () => ({ reachable: true, durationMs: 1 }) };
const down = { state: async () => ({ reachable: false, durationMs: 1 }) };
const taking = { problem: () => undefined, isTaking: true };
const serving = { isStarted: true, isDraining: false };

async function answers(probes: ReturnType<typeof workerProbes>): Promise<Record<string, boolean>> {
  const { live, ready, startup, report } = probes;
  return {
    live: (await live()).isUp,
    ready: (await ready()).isUp,
    startup: (await startup()).isUp,
    report: (await report()).isUp,
  };
}

describe('workerProbes', () => {
  it.each([
    ['all is well', workerProbes(taking, up, up, serving), [true, true, true]],
    [
      'the loop has a problem',
      workerProbes({ problem: () => 'silent', isTaking: true }, up, up, serving),
      [false, false, true],
    ],
    [
      'the queue does not answer the loop',
      workerProbes({ problem: () => undefined, isTaking: false }, up, up, serving),
      [true, false, true],
    ],
    ['the database is away', workerProbes(taking, down, up, serving), [true, false, true]],
    ['the queue is away', workerProbes(taking, up, down, serving), [true, false, true]],
    ['it starts', workerProbes(taking, up, up, { isStarted: false, isDraining: false }), [true, false, false]],
    [
      'it stops',
      workerProbes({ problem: () => 'stopped', isTaking: false }, up, up, { isStarted: true, isDraining: true }),
      [true, false, true],
    ],
  ])('when %s', async (_when, probes, [live, ready, startup]) => {
    expect(await answers(probes)).toEqual({ live, ready, startup, report: ready });
  });

  it('reports what is wrong', async () => {
    const { report } = workerProbes({ problem: () => 'job beyond its time', isTaking: true }, up, down, serving);
    expect((await report()).details).toEqual({
      loop: { status: 'down', problem: 'job beyond its time' },
      database: { status: 'up', durationMs: 1 },
      queue: { status: 'down', durationMs: 1 },
    });
  });
});
