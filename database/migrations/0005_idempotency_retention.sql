-- Answers that are remembered for repetitions are of use for a day: no client tries longer.
--
-- Runs as the owner, for all clinics in turn: forced row-level security binds the owner too, so each is bound first.
create function fhir.forget_idempotent_requests(older_than interval) returns bigint
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  tenant platform.tenant.id%type;
  deleted bigint;
  total bigint := 0;
begin
  -- One process at a time; the others have nothing to do.
  if not pg_try_advisory_xact_lock(7283001646) then
    return 0;
  end if;
  for tenant in select t.id from platform.tenant t loop
    perform set_config('app.tenant_id', tenant::text, true);
    delete from fhir.idempotent_request r where r.tenant_id = tenant and r.created_at < now() - older_than;
    get diagnostics deleted = row_count;
    total := total + deleted;
  end loop;
  perform set_config('app.tenant_id', '', true);
  return total;
end
$$;
grant execute on function fhir.forget_idempotent_requests(interval) to healthcare_app;
