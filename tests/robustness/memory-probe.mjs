// Loaded into the API process by the suite (`--import`): a SIGUSR2 collects garbage and tells what is still in use.
// Needs --expose-gc. The line goes to standard error, where the suite reads the log anyway.
import { setTimeout as sleep } from 'node:timers/promises';

process.on('SIGUSR2', () => void tell());

async function tell() {
  // What the first collection finds unreachable outside of the heap, such as the bytes of large strings, is given back
  // by finalisers that run after it.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await sleep(200);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  process.stderr.write(`memory-probe ${JSON.stringify({ heapUsed, external, arrayBuffers, rss })}\n`);
}
