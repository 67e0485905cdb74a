import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Abort } from '../errors.js';
import type { LoadFile } from './model.js';

const loadable = /\.(?<kind>json|ndjson)(?<gzip>\.gz)?$/i;

/**
 * What Synthea's patients refer to by conditional reference: organisations and locations first, then the practitioners
 * who work there. The names are those of its FHIR R4 exporter (`hospitalInformation1700000000000.json`).
 */
const phases: readonly RegExp[] = [/^hospitalInformation/i, /^practitionerInformation/i];
const lastPhase = phases.length;

/**
 * Finds the files to load, in the order to load them: by phase, then by name.
 *
 * A folder is searched with everything below it; hidden files and folders are left out, and so is what does not end in
 * .json or .ndjson (.gz after it allowed). A file that is named directly must have such an ending.
 *
 * @throws {Abort} when a path does not exist or nothing was found.
 */
export async function discoverFiles(paths: readonly string[], cwd: string): Promise<LoadFile[]> {
  const found = new Map<string, LoadFile>();
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    const status = await stat(absolute).catch((cause: unknown) => {
      throw new Abort(`${path} cannot be read.`, ['Check the path; it is taken relative to the current folder.'], {
        cause,
      });
    });
    const files = status.isDirectory() ? await filesBelow(absolute, path) : [asLoadFile(absolute, path, status.size)];
    for (const file of files) {
      found.set(file.path, file);
    }
  }
  if (found.size === 0) {
    throw new Abort(`Nothing to load in ${paths.join(', ')}.`, [
      'Files must end in .json (a bundle or one resource) or .ndjson (one resource a line); .gz may follow.',
    ]);
  }
  return [...found.values()].sort((a, b) => a.phase - b.phase || (a.name < b.name ? -1 : Number(a.name > b.name)));
}

async function filesBelow(absolute: string, name: string): Promise<LoadFile[]> {
  const entries = await readdir(absolute, { withFileTypes: true });
  const nested = await Promise.all(entries.filter(isVisible).map((entry) => fileOrFolder(entry, absolute, name)));
  return nested.flat();
}

async function fileOrFolder(entry: Dirent, folder: string, folderName: string): Promise<LoadFile[]> {
  const absolute = join(folder, entry.name);
  const name = join(folderName, entry.name);
  const status = await stat(absolute);
  if (status.isDirectory()) {
    // A link to a folder may lead back up: only real folders are followed.
    return entry.isDirectory() ? filesBelow(absolute, name) : [];
  }
  return status.isFile() && loadable.test(entry.name) ? [asLoadFile(absolute, name, status.size)] : [];
}

function isVisible(entry: Dirent): boolean {
  return !entry.name.startsWith('.');
}

function asLoadFile(path: string, name: string, sizeBytes: number): LoadFile {
  const ending = loadable.exec(path)?.groups;
  if (ending === undefined) {
    throw new Abort(`${name} has an ending that is not known.`, ['Known are .json, .ndjson, and both with .gz.']);
  }
  const phase = phases.findIndex((pattern) => pattern.test(basename(path)));
  return {
    path,
    name,
    sizeBytes,
    kind: ending['kind']?.toLowerCase() === 'ndjson' ? 'ndjson' : 'json',
    gzip: ending['gzip'] !== undefined,
    phase: phase === -1 ? lastPhase : phase,
  };
}
