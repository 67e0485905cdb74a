import { runProcess, startWorker } from '@healthcare/server';

await runProcess(() => startWorker(process.env));
