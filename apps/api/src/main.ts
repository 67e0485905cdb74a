import { runProcess, startApi } from '@healthcare/server';

await runProcess(() => startApi(process.env));
