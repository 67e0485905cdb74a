#!/usr/bin/env node
// Runs under whatever Node calls it; the program itself needs the Node 24 that the workspace installs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
const wantedMajor = 24;

if (!existsSync(main)) {
  process.stderr.write('healthctl: it has not been built yet.\n  → npm run build\n');
  process.exit(2);
} else if (Number.parseInt(process.versions.node, 10) >= wantedMajor) {
  await import(main.href);
} else {
  const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(
      `healthctl: it needs Node ${wantedMajor}, this is ${process.versions.node}.\n  → npm install\n`,
    );
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // The program decides when to end; it takes a signal that a terminal delivers to both for one.
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write(`healthctl: ${node} cannot be started: ${error.message}\n`);
    process.exit(70);
  });
  child.on('exit', (status, signal) =>
    process.exit(signal === null ? (status ?? 70) : 128 + constants.signals[signal]),
  );
}
