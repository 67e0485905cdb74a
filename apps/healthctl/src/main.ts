import { runHealthctl } from './app.js';
import { systemClock, type CliProcess, type Interrupts, type InterruptSignal } from './context.js';
import { ExitStatus } from './errors.js';

/** A terminal and the launcher may both deliver one Ctrl-C; what follows this closely is the same one. */
const sameKeystrokeMs = 300;

const interrupts: Interrupts = {
  subscribe(listener) {
    const signals: InterruptSignal[] = ['SIGINT', 'SIGTERM'];
    let received = 0;
    let lastAtMs = -Infinity;
    const handlers = signals.map((signal) => {
      const handler = (): void => {
        const nowMs = systemClock.now();
        if (nowMs - lastAtMs < sameKeystrokeMs) {
          return;
        }
        lastAtMs = nowMs;
        listener(signal);
        received += 1;
        if (received > 1) {
          process.exit(signal === 'SIGINT' ? ExitStatus.interrupted : ExitStatus.terminated);
        }
      };
      process.on(signal, handler);
      return { signal, handler };
    });
    return () => {
      handlers.forEach(({ signal, handler }) => process.off(signal, handler));
    };
  },
};

// A reader that went away (`healthctl … | head`) is no fault of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
});

await runHealthctl(process.argv.slice(2), {
  process: process as unknown as CliProcess,
  cwd: process.cwd(),
  clock: systemClock,
  interrupts,
  random: Math.random,
});
