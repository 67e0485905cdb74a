// Loaded into the API process by the suite (`--import`): a SIGUSR2 collects garbage and tells what is still in use.
// Needs --expose-gc. The line goes to standard error, where the suite reads the log anyway.
process.on('SIGUSR2', () => {
  globalThis.gc();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  process.stderr.write(`memory-probe ${JSON.stringify({ heapUsed, external, arrayBuffers, rss })}\n`);
});
