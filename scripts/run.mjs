// Runs the project's commands on any Node from 20 on: installs what is missing, builds what changed, then hands over to
// Node 24, which comes with the packages. Plain JavaScript that imports nothing installed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProject } from './build-project.mjs';
import { Failure } from './failure.mjs';
import { installedNode, installPackages } from './install-packages.mjs';
import { runProgram } from './run-program.mjs';

const OLDEST_NODE = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const log = (line) => process.stdout.write(`${line}\n`);

/** What `npm start` needs; `npm run build` and `npm test` check the tests' types as well. */
const product = ['apps/api', 'apps/worker', 'apps/standalone', 'apps/healthctl'];
const everything = ['.'];

const commands = {
  start: { projects: product, program: ['apps/standalone/dist/main.js'], isService: true },
  test: { projects: [...product, 'packages/testkit'], program: ['node_modules/vitest/vitest.mjs', 'run'] },
  // The same tests of the API, its requests shared between two processes on one database.
  'test:processes': {
    projects: [...product, 'packages/testkit'],
    program: ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.processes.config.ts'],
  },
  build: { projects: everything },
};

async function main([name, ...args]) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Failure(`This is Node ${process.versions.node}: install Node ${OLDEST_NODE} or newer (nodejs.org).`);
  }
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    throw new Failure(`Usage: node scripts/run.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  }
  await installPackages(root, log);
  const node = installedNode(root);
  await buildProject({ root, node, projects: command.projects, log });
  if (command.program === undefined) {
    return 0;
  }
  return runProgram(node, [...nodeOptions(command), ...command.program, ...args], {
    cwd: root,
    environment: environmentFor(command),
    isService: command.isService ?? false,
  });
}

function environmentFor({ isService }) {
  return {
    // Compiled code is kept from one start to the next: 0.3 s of 2.
    ...(isService ? { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'healthcare', 'compiled') } : {}),
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
  };
}

function nodeOptions({ isService }) {
  return isService ? ['--enable-source-maps'] : [];
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`\n${error instanceof Failure ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
