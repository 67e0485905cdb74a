import pg from 'pg';
import type { DatabaseConfig } from '../config/index.js';
import { currentRequestId } from '../logging/index.js';
import { DatabaseUnavailableError, isUnavailable } from './database-unavailable-error.js';
import { Transaction } from './transaction.js';

export interface TransactionOptions {
  /** The transaction only reads; PostgreSQL refuses writes in it. */
  readonly readOnly?: boolean;
}

/** PostgreSQL serves at most 63 bytes of an application name. */
const APPLICATION_NAME_LENGTH = 63;

/** How long after a statement's time limit its connection is given up. */
const FROZEN_MARGIN_MS = 5_000;

/**
 * The pool of connections of one process, and the only way to a transaction.
 *
 * The tenant, the time limit of statements and the request id are set per transaction and not per session, so that a
 * transaction-mode pooler may stand in between.
 */
export class Database {
  readonly pool: pg.Pool;
  readonly #statementTimeoutMs: number;
  readonly #applicationName: string;

  /** @param role Role of the process (`api`, `worker`), shown in `pg_stat_activity` with the request id. */
  constructor(config: DatabaseConfig, role = 'healthcare') {
    this.#statementTimeoutMs = config.statementTimeoutMs;
    this.#applicationName = role;
    this.pool = new pg.Pool({
      connectionString: config.url,
      max: config.poolSize,
      connectionTimeoutMillis: config.connectTimeoutMs,
      // A server that is frozen keeps no time limit of its own.
      query_timeout: config.statementTimeoutMs + FROZEN_MARGIN_MS,
      idleTimeoutMillis: 30_000,
      application_name: role,
      keepAlive: true,
      pipeline: true,
    });
    // A connection that breaks while idle is dropped by the pool; without a listener it would end the process.
    this.pool.on('error', () => {});
  }

  /** Runs `work` in one transaction that sees and writes only the rows of `tenantId`. */
  async withTenant<T>(
    tenantId: number,
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return this.#inTransaction(String(tenantId), work, options);
  }

  /**
   * One prepared statement that reads, in one flight: begin, bind, read and commit travel together.
   *
   * @param statement Its `name` stands for the same `text` everywhere.
   */
  async read<Row extends pg.QueryResultRow>(
    tenantId: number,
    statement: { readonly name: string; readonly text: string },
    values: readonly unknown[],
  ): Promise<Row[]> {
    return this.#withConnection(async (client) => {
      // The commit is sent whatever becomes of the read: after a failure it is a rollback.
      const [, , result] = await Promise.all([
        client.query('begin read only'),
        client.query({ name: 'bind', text: BIND, values: this.#bindings(String(tenantId)) }),
        client.query<Row>({ ...statement, values: values as unknown[] }),
        client.query('commit'),
      ]);
      return result.rows;
    });
  }

  /** Runs `work` in one transaction that is bound to no tenant: tables of tenants are empty to it. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#inTransaction('', work, options);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  async #inTransaction<T>(
    tenant: string,
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    return this.#withConnection(async (client) => {
      // Not awaited on their own: they travel with the first statement of `work`.
      const opened = Promise.all([
        client.query(options.readOnly === true ? 'begin read only' : 'begin'),
        client.query({ name: 'bind', text: BIND, values: this.#bindings(tenant) }),
      ]);
      opened.catch(() => {});
      try {
        const result = await work(new Transaction(client));
        await opened;
        const committed = await client.query('commit');
        if (committed.command !== 'COMMIT') {
          throw new Error('The transaction was rolled back: one of its statements had failed.');
        }
        return result;
      } catch (error) {
        // Where even this fails the connection is lost, and the transaction with it.
        await client.query('rollback').catch(() => {});
        throw error;
      }
    });
  }

  /**
   * Lends a connection of the pool. One that was lost meanwhile does not go back.
   *
   * @throws {DatabaseUnavailableError} when there is none in time, or it is lost.
   */
  async #withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let broken: Error | undefined;
    // A connection lost in the middle fails the query at hand too; the listener keeps it from ending the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    let client: pg.PoolClient | undefined;
    try {
      client = await this.pool.connect();
      client.on('error', onError);
      return await work(client);
    } catch (error) {
      if (broken !== undefined || isUnavailable(error)) {
        broken ??= error as Error;
        throw new DatabaseUnavailableError(error);
      }
      throw error;
    } finally {
      client?.off('error', onError);
      client?.release(broken);
    }
  }

  #bindings(tenant: string): string[] {
    const requestId = currentRequestId();
    const label = requestId === undefined ? this.#applicationName : `${this.#applicationName} ${requestId}`;
    return [tenant, String(this.#statementTimeoutMs), label.slice(0, APPLICATION_NAME_LENGTH)];
  }
}

const BIND =
  "select set_config('app.tenant_id', $1, true), set_config('statement_timeout', $2, true), " +
  // Searches touch few rows: a parallel plan costs them more than it brings (docs/adr/0002-storage.md).
  "set_config('application_name', $3, true), set_config('max_parallel_workers_per_gather', '0', true)";
