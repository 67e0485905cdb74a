import { runHealthctl } from '../app.js';
import type { Clock, InterruptSignal } from '../context.js';

export interface CommandRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Filled with a function that sends a signal to the command. */
  readonly onStart?: (interrupt: (signal: InterruptSignal) => void) => void;
  readonly nowMs?: () => number;
}

/** Runs a command line as a function. Its clock does not wait: backoff is asserted by counting, not by waiting. */
export async function runCommand(inputs: readonly string[], options: RunOptions): Promise<CommandRun> {
  let stdout = '';
  let stderr = '';
  const process = {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
    env: { STRICLI_NO_COLOR: '1', ...options.env },
    exitCode: null as number | null,
  };
  const clock: Clock = {
    now: options.nowMs ?? Date.now,
    // The progress display sleeps for seconds; it must not spin.
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, durationMs >= 5_000 ? 50 : 1);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
  const listeners = new Set<(signal: InterruptSignal) => void>();
  options.onStart?.((signal) => listeners.forEach((listener) => listener(signal)));
  await runHealthctl(inputs, {
    process,
    cwd: options.cwd,
    clock,
    random: () => 0.5,
    interrupts: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return { stdout, stderr, exitCode: process.exitCode ?? 0 };
}
