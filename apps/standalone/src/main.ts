import { listenForStopRequests } from './stop-requests.js';
import { runStandalone } from './run-standalone.js';

/** As shells have it for a program that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;
const EXIT_CONFIG = 78;

const requests = listenForStopRequests(process, process.env['SUPERVISOR_IPC'] === '1');
requests.force.addEventListener('abort', () => {
  // The parts are being killed by now; a moment for the signals to go out.
  setTimeout(() => process.exit(EXIT_INTERRUPTED), 500);
});

try {
  await runStandalone({
    environment: process.env,
    requests,
    log: (line) => process.stdout.write(`${line}\n`),
  });
  process.exit(requests.force.aborted ? EXIT_INTERRUPTED : 0);
} catch (error) {
  // Errors of ours say what to do; of anything else the stack helps more.
  const isOurs =
    error instanceof Error &&
    ['StartupError', 'LocalPostgresError', 'MigrationError', 'ConfigError'].includes(error.name);
  process.stderr.write(`\n${isOurs ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(isOurs && error.name === 'ConfigError' ? EXIT_CONFIG : 1);
}
