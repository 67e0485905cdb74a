import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the work at hand wherever it goes: through handlers, into the database, into jobs. */
export interface RequestContext {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` with `context` visible to everything it calls, also after awaits. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** Makes `context` visible to the rest of the current asynchronous execution. */
export function enterContext(context: RequestContext): void {
  storage.enterWith(context);
}

/** The id of the request or job at hand; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return storage.getStore()?.requestId;
}
