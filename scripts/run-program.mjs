import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How often to look whether npm is still there, in milliseconds. */
const PARENT_POLL_MS = 1_000;

/**
 * Runs a program in our place: same terminal, same signals, same exit code.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, environment: NodeJS.ProcessEnv, isService?: boolean }} options `isService`: it ends when we
 *   are gone, whatever ended us, and takes a signal that comes twice (from the terminal and from us) for one.
 * @returns {Promise<number>} the exit code, 128 + number for a signal
 */
export function runProgram(file, args, { cwd, environment, isService = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: isService ? { ...environment, SUPERVISOR_IPC: '1' } : environment,
      stdio: isService ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    });
    const handlers = forwardSignals(child, isService);
    const stopWatching = isService ? watchNpm(child, environment) : () => {};
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stopWatching();
      for (const [name, handler] of handlers) {
        process.off(name, handler);
      }
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/** Without a handler a signal would end us, and npm with us, before the program has ended its own work. */
function forwardSignals(child, isService) {
  return ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => {
    const handler = () => {
      // Ctrl-C goes to everything in the terminal, so the child has it already; a second one would mean "at once".
      const hasIt = name === 'SIGINT' && !isService && process.stdin.isTTY;
      if (!hasIt) {
        child.kill(name);
      }
    };
    process.on(name, handler);
    return [name, handler];
  });
}

/** npm passes signals on, but not its own sudden end: the service would go on without anybody at its terminal. */
function watchNpm(child, environment) {
  if (environment.npm_lifecycle_event === undefined) {
    return () => {};
  }
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(timer);
      child.kill('SIGTERM');
    }
  }, PARENT_POLL_MS);
  return () => clearInterval(timer);
}
