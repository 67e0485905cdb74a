import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a run of healthctl ended. */
export interface HealthctlExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const program = fileURLToPath(new URL('../../apps/healthctl/dist/main.js', import.meta.url));

/** Starts healthctl as a process of its own, as an operator does. */
export function startHealthctl(
  inputs: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): { readonly child: ChildProcess; readonly exit: Promise<HealthctlExit> } {
  const child = spawn(process.execPath, [program, ...inputs], {
    cwd,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const exit = new Promise<HealthctlExit>((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...output }));
  });
  return { child, exit };
}
