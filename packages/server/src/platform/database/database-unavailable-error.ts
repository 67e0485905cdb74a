/** There is no connection to the database, or the one at hand was lost: the same request may succeed shortly. */
export class DatabaseUnavailableError extends Error {
  constructor(cause: unknown) {
    super('The database cannot be reached.', { cause });
    this.name = 'DatabaseUnavailableError';
  }
}

/** SQLSTATE classes for a lost connection, missing resources and a server that is going down or coming up. */
const UNAVAILABLE_SQLSTATE = /^(?:08|53|57P)/;
const NETWORK_CODE = /^E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|AI_AGAIN)$/;
/** The driver gives these no code. */
const DRIVER_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after)/;

/** Whether an error says that the database is away, and nothing of the statement. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = (error as { code?: unknown }).code;
  const known = typeof code === 'string' ? code : '';
  return UNAVAILABLE_SQLSTATE.test(known) || NETWORK_CODE.test(known) || DRIVER_MESSAGE.test(error.message);
}
