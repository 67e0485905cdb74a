import type { ClientBase, QueryResultRow } from 'pg';
import type { CompiledQuery } from 'kysely';

/**
 * One open transaction. Statements are sent without waiting for the ones before them (pipelining), in order.
 *
 * A function that takes a `Transaction` runs inside one; there is no way to write without.
 */
export class Transaction {
  readonly #client: ClientBase;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  /** Runs a statement once; its plan is not kept. */
  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#client.query<Row>(text, values as unknown[]);
    return result.rows;
  }

  /** Runs a statement that is prepared once a connection under `name`; `text` must be the same for every call. */
  async prepared<Row extends QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const result = await this.#client.query<Row>({ name, text, values: values as unknown[] });
    return result.rows;
  }

  /** Runs what a kysely builder compiled. */
  async run<Row extends QueryResultRow>(compiled: CompiledQuery<Row>): Promise<Row[]> {
    return this.query<Row>(compiled.sql, compiled.parameters);
  }
}

/** The name that helps readers of signatures; the same class. */
export type Tx = Transaction;
