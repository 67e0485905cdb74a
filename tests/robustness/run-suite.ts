import { families } from './families/index.js';
import { judgeExchange } from './judge-exchange.js';
import type { Family, MalformedRequest, Target } from './malformed-request.js';
import { sendBytes } from './send-bytes.js';
import { SeededRandom } from './seeded-random.js';

export interface SuiteOptions {
  readonly host: string;
  readonly port: number;
  readonly target: Target;
  readonly seed: number;
  readonly requests: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly families?: readonly Family[];
}

export interface Failure {
  readonly index: number;
  readonly family: string;
  readonly fault: string;
  readonly problems: readonly string[];
}

/** A resource that the server took, and what it has to hold. */
export interface Stored {
  readonly path: string;
  readonly literal: string;
}

export interface SuiteResult {
  readonly failures: readonly Failure[];
  readonly stored: readonly Stored[];
  /** Family → cases. */
  readonly sent: ReadonlyMap<string, number>;
  /** Status, or `closed` → answers. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** Sends the cases that belong to the seed, some at a time, and judges every answer. */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const random = new SeededRandom(options.seed);
  const failures: Failure[] = [];
  const stored: Stored[] = [];
  const sent = new Map<string, number>();
  const statuses = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < options.requests) {
      const index = begun;
      begun += 1;
      // Made here, in one order, whatever the order of the answers: the seed alone decides what is sent.
      const request = nextRequest(random, options);
      const { host, port, timeoutMs } = options;
      const exchange = await sendBytes({
        host,
        port,
        pieces: request.pieces,
        ending: request.ending ?? 'wait',
        timeoutMs,
      });
      count(sent, request.family);
      const answers = exchange.answers.map(({ status }) => String(status));
      (answers.length === 0 ? ['closed'] : answers).forEach((status) => count(statuses, status));
      const problems = judgeExchange(request, exchange);
      if (problems.length > 0) {
        failures.push({ index, family: request.family, fault: request.fault, problems });
      }
      const created = exchange.answers.find(({ status }) => status === 201);
      if (request.expect.kind === 'may-store' && created !== undefined) {
        const location = created.headers.get('location') ?? '';
        stored.push({ path: location.replace(/\/_history\/.*$/, ''), literal: request.expect.literal });
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return { failures, stored, sent, statuses };
}

function nextRequest(random: SeededRandom, { target, families: chosen = families }: SuiteOptions): MalformedRequest {
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.next() * total;
  const family = chosen.find(({ weight }) => (at -= weight) < 0) ?? chosen[0];
  if (family === undefined) {
    throw new Error('there are no families');
  }
  return family.next(random, target);
}

/** The failures of each kind, a few examples each: what somebody needs who has to find the cause. */
export function describeFailures(failures: readonly Failure[], seed: number): string {
  const groups = Map.groupBy(failures, ({ family, problems }) => `${family}: ${problems.join('; ')}`);
  const lines = [...groups].map(([kind, members]) => {
    const examples = members.slice(0, 3).map(({ index, fault }) => `      #${index} ${JSON.stringify(fault)}`);
    return [`  ${members.length} × ${kind}`, ...examples].join('\n');
  });
  return [`${failures.length} failures (seed ${seed}):`, ...lines].join('\n');
}
