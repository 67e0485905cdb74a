import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from './startup-error.js';

/** What the product makes up for itself once and keeps in the data directory, readable by nobody else. */
export interface Secrets {
  readonly superuserPassword: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
  readonly queuePassword: string;
  /** 32 bytes in base64: what identity encrypts its keys and secrets with. */
  readonly identityEncryptionKey: string;
}

/**
 * Reads the secrets, or makes them on the first start.
 *
 * @param hasData Whether a database exists that earlier secrets belong to.
 * @throws {StartupError} if they are gone while the data are there.
 */
export async function loadSecrets(directory: string, hasData: boolean): Promise<Secrets> {
  const path = join(directory, 'secrets.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw new StartupError(`${path} cannot be read (${error.code}): start as the user that it belongs to.`, {
      cause: error,
    });
  });
  if (text !== undefined) {
    return parse(text, path);
  }
  if (hasData) {
    throw new StartupError(
      `${path} is missing, and without it the data in ${directory} cannot be opened: put it back from a backup, or ` +
        'set HEALTHCARE_DATA_DIR to an empty directory.',
    );
  }
  const password = (): string => randomBytes(24).toString('base64url');
  const secrets: Secrets = {
    superuserPassword: password(),
    ownerPassword: password(),
    appPassword: password(),
    queuePassword: password(),
    identityEncryptionKey: randomBytes(32).toString('base64'),
  };
  await writePrivately(path, secrets);
  return secrets;
}

/** Writes JSON that only its owner can read; it is there completely or not at all, also after a power cut. */
export async function writePrivately(path: string, value: unknown): Promise<void> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

function parse(text: string, path: string): Secrets {
  try {
    return JSON.parse(text) as Secrets;
  } catch (error) {
    throw new StartupError(`${path} is not JSON: put it back from a backup.`, { cause: error });
  }
}
