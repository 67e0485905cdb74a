/** How the processes reach the database; none holds more than it needs. */
export interface DatabaseUrls {
  /** Owns the schemas; only for migrations and the demo clinic, not given to API and worker. */
  readonly owner: string;
  /** Member of `healthcare_app`. */
  readonly app: string;
  /** Member of `healthcare_queue`. */
  readonly queue: string;
}

/** A database that is there for the time of the product's run. */
export interface RunningDatabase {
  readonly urls: DatabaseUrls;
  /** For the operator, without passwords. */
  readonly description: string;
  /** Resolves when the server ended by itself; never for a server that is not ours. */
  readonly ended: Promise<void>;
  /** Makes the logins usable; needs the group roles, so it comes after the migrations. */
  grantLogins(): Promise<DatabaseUrls>;
  stop(): Promise<void>;
  /** Ends it at once; the next start recovers. */
  kill(): Promise<void>;
}
