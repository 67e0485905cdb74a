/** PostgreSQL cannot be run here; the message is one sentence that says what to do. */
export class LocalPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalPostgresError';
  }
}
