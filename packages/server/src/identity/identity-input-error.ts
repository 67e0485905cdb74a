/** A client or a person cannot be made so. The message tells what to change, and repeats no secret. */
export class IdentityInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IdentityInputError';
  }
}
