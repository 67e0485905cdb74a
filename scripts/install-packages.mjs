import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/** What npm and the system say when the registry cannot be reached. */
const NETWORK = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Installs the packages of package-lock.json if they are not there.
 *
 * @param {string} root
 * @param {(line: string) => void} log
 */
export async function installPackages(root, log) {
  if (isInstalled(root)) {
    return;
  }
  const startedAt = performance.now();
  log('Installing packages (about 400 MB, once; a minute or two) …');
  const { code, said } = await runNpm(root, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    throw new Failure(remedy(said));
  }
  if (!isInstalled(root)) {
    throw new Failure('npm left packages out: remove node_modules and start again without options like --omit.');
  }
  log(`Packages installed in ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
}

/**
 * Whether what npm installed last (it keeps a list in node_modules) is what package-lock.json asks for. Contents and
 * not times are compared: a checkout or a copy changes times. Packages for other platforms are optional and left out.
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) {
    throw new Failure('package-lock.json is missing or damaged: restore it from the repository.');
  }
  if (present === undefined) {
    return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) {
      return true;
    }
    const found = present[path];
    if (found === undefined) {
      return entry.optional === true || entry.devOptional === true;
    }
    return found.version === entry.version && found.integrity === entry.integrity && found.resolved === entry.resolved;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Node 24 of the installed packages. */
export function installedNode(root) {
  const node = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(node)) {
    return node;
  }
  if (Number.parseInt(process.versions.node, 10) >= 24) {
    return process.execPath;
  }
  throw new Failure('Node 24 was not installed with the packages, since install scripts did not run: npm rebuild node');
}

/** The npm that runs us, else the one on the PATH. */
function runNpm(root, args) {
  const npm = process.env.npm_execpath;
  const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      process.stderr.write(chunk);
    });
    child.once('error', (error) =>
      reject(new Failure(`npm cannot be started (${error.message}): install Node with npm.`)),
    );
    child.once('close', (code) => resolve({ code, said }));
  });
}

function remedy(said) {
  if (NETWORK.test(said)) {
    return (
      'The packages could not be fetched: connect to the network, or set npm’s registry and proxy ' +
      '(npm config set registry …), and start again.'
    );
  }
  if (said.includes('ENOSPC')) {
    return 'There is no space for the packages: free 1 GB on this disk and start again.';
  }
  if (said.includes('EACCES') || said.includes('EROFS')) {
    return 'node_modules cannot be written: make this directory writable for your user and start again.';
  }
  return 'The packages could not be installed: npm says above why; when that is mended, start again.';
}
