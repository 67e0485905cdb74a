-- Jobs and FHIR subscriptions.
--
-- The queue itself lives in the schema graphile_worker, which its library installs and migrates after these files
-- (packages/server/src/platform/queue/install-queue.ts). Nothing here is called before that.

-- Every type of job there is. The worker refuses to start unless it has exactly one handler for each that it knows.
create table platform.job_type (
  name text collate "C" primary key
);
insert into platform.job_type (name) values ('subscription-delivery'), ('subscription-status');
grant select on platform.job_type to healthcare_app, healthcare_queue;

-- The one way from a transaction of the application to a job: the job is there if and only if the transaction commits.
-- It runs as the owner, since the application has no right to the queue's tables: it can neither read nor change jobs.
create function platform.enqueue_jobs(
  job_type text,
  payloads json[],
  job_keys text[],
  max_attempts integer,
  priority integer,
  run_at timestamptz
) returns void
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from platform.job_type t where t.name = enqueue_jobs.job_type) then
    raise exception 'there is no job type %', job_type using errcode = 'invalid_parameter_value';
  end if;
  -- A job acts in the clinic that its payload names: only in the one whose transaction made it.
  if exists (
    select from unnest(payloads) as payload
    where (payload ->> 'tenantId')::integer is distinct from platform.current_tenant()
  ) then
    raise exception 'a job belongs to the clinic of the transaction that enqueues it'
      using errcode = 'insufficient_privilege';
  end if;
  perform graphile_worker.add_jobs(array(
    select row(
      enqueue_jobs.job_type, job.payload, null, enqueue_jobs.run_at, enqueue_jobs.max_attempts, job.key,
      enqueue_jobs.priority, null
    )::graphile_worker.job_spec
    from unnest(payloads, job_keys) as job (payload, key)
  ));
end
$$;
grant execute on function platform.enqueue_jobs(text, json[], text[], integer, integer, timestamptz)
  to healthcare_app;

-- Workers that are alive. Without it the jobs of a worker that was killed would be held for four hours.
create table platform.worker_heartbeat (
  -- What graphile_worker writes into locked_by.
  pool_id text collate "C" primary key,
  last_seen timestamptz not null default now()
);
grant select, insert, update, delete on platform.worker_heartbeat to healthcare_queue;

-- Gives back the jobs of workers that have not been seen for lost_after; returns how many. All times are the database's,
-- so that clocks need not agree. One worker at a time; the others get 0.
create function platform.release_jobs_of_lost_workers(lost_after interval) returns integer
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  lost text[];
  released integer := 0;
begin
  if not pg_try_advisory_xact_lock(7283001645) then
    return 0;
  end if;
  delete from platform.worker_heartbeat where last_seen < now() - greatest(lost_after, interval '1 hour');
  select array_agg(distinct j.locked_by) into lost
    from graphile_worker._private_jobs j
    where j.locked_by is not null
      -- Also the first sign of life of a new worker has this long.
      and j.locked_at < now() - lost_after
      and not exists (
        select from platform.worker_heartbeat h where h.pool_id = j.locked_by and h.last_seen >= now() - lost_after
      );
  if lost is not null then
    -- A crash costs a job no attempt: it says nothing about the job, and the last attempt must be a whole one.
    update graphile_worker._private_jobs set attempts = greatest(attempts - 1, 0) where locked_by = any(lost);
    get diagnostics released = row_count;
    perform graphile_worker.force_unlock_workers(lost);
  end if;
  return released;
end
$$;
grant execute on function platform.release_jobs_of_lost_workers(interval) to healthcare_queue;

-- Subscriptions that are waited upon, by the type they are about: what a write looks at. A row is there while the
-- status of the Subscription is `requested` or `active`; it is written with the Subscription.
create table fhir.subscription_index (
  tenant_id integer not null,
  subscription_id text collate "C" not null,
  resource_type text collate "C" not null,
  criteria text collate "C" not null,
  -- Subscription.end
  end_at timestamptz,
  primary key (tenant_id, subscription_id)
);
create index subscription_index_resource_type on fhir.subscription_index (tenant_id, resource_type);
alter table fhir.subscription_index enable row level security;
alter table fhir.subscription_index force row level security;
create policy tenant_isolation on fhir.subscription_index
  using (tenant_id = (select platform.current_tenant()))
  with check (tenant_id = platform.current_tenant());
grant select, insert, update, delete on fhir.subscription_index to healthcare_app;
