import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * A text that tells one life of a process id from the next: since which moment the process runs.
 * Undefined if no such process runs.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ]);
    // The second field is the program's name in brackets and may hold anything; starttime is the 22nd (proc(5)).
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields?.[0] === 'Z';
    return fields === undefined || isZombie ? undefined : `${boot.trim()} ${fields[19]}`;
  }
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'lstart=']).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || undefined;
}
