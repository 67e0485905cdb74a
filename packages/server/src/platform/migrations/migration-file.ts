import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationError } from './migration-error.js';

/** One step of the schema, as it lies in `database/migrations`. */
export interface MigrationFile {
  /** File name without `.sql`, e.g. `0001_platform`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text in hex, line ends counted as LF so that a checkout on Windows has the same. */
  readonly checksum: string;
  /** False for a file that begins with `-- no-transaction`: what cannot run in one, e.g. CREATE INDEX CONCURRENTLY. */
  readonly transactional: boolean;
}

const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const NO_TRANSACTION = /^-- no-transaction\s*(\n|$)/;

/** Where the migrations of this code are: `database/migrations` of the repository or the image. */
export function migrationsDirectory(): string {
  return fileURLToPath(new URL('../../../../../database/migrations', import.meta.url));
}

/**
 * Reads `NNNN_name.sql` files in order.
 *
 * @throws {MigrationError} for a name that does not fit, a number used twice, or a gap.
 */
export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length === 0) {
    throw new MigrationError(`There are no migrations in ${directory}: restore the directory from the repository.`);
  }
  return Promise.all(
    names.map(async (fileName, index) => {
      const number = Number(NAME.exec(fileName)?.[1]);
      if (number !== index + 1) {
        const expected = String(index + 1).padStart(4, '0');
        throw new MigrationError(
          `Expected migration ${expected}_<name>.sql in ${directory} and found ${fileName}: ` +
            'number the files without gaps or doubles, in lower case.',
        );
      }
      const sql = (await readFile(join(directory, fileName), 'utf8')).replaceAll('\r\n', '\n');
      return {
        name: fileName.slice(0, -'.sql'.length),
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
        transactional: !NO_TRANSACTION.test(sql),
      };
    }),
  );
}
