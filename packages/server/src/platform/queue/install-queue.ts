import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';

/**
 * Brings the queue's schema `graphile_worker` to the level of its library and lets the worker's role at it. Safe to
 * repeat; call it under the lock of the migrations.
 *
 * @param connectionString Login that owns the schemas.
 */
export async function installQueue(connectionString: string): Promise<void> {
  await runMigrations({ connectionString, logger: new Logger(() => () => {}), preset: { worker: { maxPoolSize: 1 } } });
  const client = new pg.Client({ connectionString, application_name: 'healthcare migrate' });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`begin; ${RIGHTS}; commit`);
  } finally {
    await client.end();
  }
}

/**
 * The library turns row-level security on and makes no policy: whoever is not the owner sees no job. The worker's role
 * sees all, but cannot make any: that goes through platform.enqueue_jobs, inside the transaction that causes the job.
 *
 * The index finds the jobs that are being worked on among any number that wait.
 */
const RIGHTS = `
  set local client_min_messages = warning;
  revoke all on schema graphile_worker from public;
  grant usage on schema graphile_worker to healthcare_queue;
  grant select on graphile_worker.migrations, graphile_worker.jobs to healthcare_queue;
  grant select, update, delete on graphile_worker._private_jobs to healthcare_queue;
  grant select, update on graphile_worker._private_job_queues to healthcare_queue;
  grant select, insert on graphile_worker._private_tasks to healthcare_queue;
  grant select on graphile_worker._private_known_crontabs to healthcare_queue;
  revoke execute on all functions in schema graphile_worker from public;
  grant execute on function graphile_worker.force_unlock_workers(text[]) to healthcare_queue;
  do $$
  declare
    private_table text;
  begin
    foreach private_table in array array[
      '_private_jobs', '_private_job_queues', '_private_tasks', '_private_known_crontabs'
    ] loop
      if not exists (
        select from pg_policies
        where schemaname = 'graphile_worker' and tablename = private_table and policyname = 'worker'
      ) then
        execute format('create policy worker on graphile_worker.%I to healthcare_queue using (true) with check (true)',
          private_table);
      end if;
    end loop;
  end
  $$;
  create index if not exists jobs_locked_by on graphile_worker._private_jobs (locked_by) where locked_by is not null
`;
