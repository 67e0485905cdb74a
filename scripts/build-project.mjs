import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from './failure.mjs';

/** Directories of a workspace whose files the build reads. */
const SOURCES = ['src', 'scripts'];

/**
 * Builds what changed: definitions first, then the TypeScript projects.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.node Node 24
 * @param {readonly string[]} options.projects Directories of TypeScript projects; what they refer to is built too.
 * @param {(line: string) => void} options.log
 */
export async function buildProject({ root, node, projects, log }) {
  const stampFile = join(
    root,
    'node_modules',
    '.cache',
    'healthcare',
    `build-${digest(projects.join(' ')).slice(0, 8)}`,
  );
  const stamp = sourceStamp(root);
  if (isCurrent(stampFile, stamp) && projects.every((project) => isBuilt(root, project))) {
    return;
  }
  const startedAt = performance.now();
  log('Building …');
  const environment = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
  for (const workspace of workspacesWithBuild(root)) {
    await run('sh', ['-c', workspace.build], workspace.directory, environment);
  }
  await run(join(root, 'node_modules', '.bin', 'tsc'), ['-b', ...projects], root, environment);
  mkdirSync(dirname(stampFile), { recursive: true });
  // Taken before the build: what changed during it is built next time.
  writeFileSync(stampFile, stamp);
  log(`Built in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
}

/** Changes when any file that the build reads is changed, added or removed. */
function sourceStamp(root) {
  const parts = [];
  const add = (file) => {
    const { size, mtimeMs } = statSync(file);
    parts.push(`${file} ${size} ${mtimeMs}`);
  };
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'package.json', 'node_modules/.package-lock.json']) {
    add(join(root, file));
  }
  for (const directory of [...workspaces(root), join(root, 'tests')]) {
    for (const file of ['package.json', 'tsconfig.json'].map((name) => join(directory, name)).filter(existsSync)) {
      add(file);
    }
    for (const source of directory.endsWith('tests') ? [directory] : SOURCES.map((name) => join(directory, name))) {
      for (const entry of existsSync(source) ? readdirSync(source, { withFileTypes: true, recursive: true }) : []) {
        if (entry.isFile()) {
          add(join(entry.parentPath ?? entry.path, entry.name));
        }
      }
    }
  }
  return digest(parts.toSorted((one, other) => (one < other ? -1 : 1)).join('\n'));
}

function isCurrent(stampFile, stamp) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

/** A project without output of its own (the root, the tests) counts as built. */
function isBuilt(root, project) {
  return !existsSync(join(root, project, 'src')) || existsSync(join(root, project, 'dist', '.tsbuildinfo'));
}

function workspaces(root) {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, 'package.json')))
      .map((entry) => join(root, group, entry.name)),
  );
}

/** Workspaces that make files before the compiler runs. */
function workspacesWithBuild(root) {
  return workspaces(root).flatMap((directory) => {
    const { scripts } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    return scripts?.build === undefined ? [] : [{ directory, build: scripts.build }];
  });
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

function run(file, args, cwd, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => reject(new Failure(`${file} cannot be started (${error.message}): run npm ci.`)));
    child.once('exit', (code, signal) => {
      if (code === 0) {
        resolve();
      } else if (signal !== null || code === 130) {
        reject(new Failure('The build was interrupted.'));
      } else {
        reject(new Failure('The build failed: mend what is reported above and start again.'));
      }
    });
  });
}
