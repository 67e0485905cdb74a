import type { CommandContext, StricliProcess } from '@stricli/core';

/** Time as commands see it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Resolves after `durationMs`, or at once when `signal` aborts. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM';

/** Where a request to stop comes from: the terminal, or a test. */
export interface Interrupts {
  /** Calls `listener` at each signal, until the returned function is called. */
  subscribe(listener: (signal: InterruptSignal) => void): () => void;
}

/** A stream the command writes to; `isTTY` decides between a line that refreshes and lines that follow each other. */
export interface OutputStream {
  write(text: string): void;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  getColorDepth?(env?: Readonly<Partial<Record<string, string>>>): number;
}

export interface CliProcess extends StricliProcess {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Partial<Record<string, string>>>;
}

/** Everything a command may touch besides the file system and the network. */
export interface CliContext extends CommandContext {
  readonly process: CliProcess;
  readonly cwd: string;
  readonly clock: Clock;
  readonly interrupts: Interrupts;
  /** In [0, 1): spreads retries of several workers. */
  readonly random: () => number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, durationMs);
      signal?.addEventListener('abort', finish, { once: true });
    }),
};
