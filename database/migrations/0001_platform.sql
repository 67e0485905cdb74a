-- Schemas, roles and clinics.
--
-- healthcare_app     group of the logins that serve requests and jobs: data under row-level security, owns nothing
-- healthcare_queue   group of the logins that take jobs from the queue
--
-- Roles belong to the whole server, and another database of it may be migrated at this moment: who comes second finds
-- them made. A login without the right to make roles needs them made by somebody who has it.
do $$
declare
  role_name text;
  login_sets boolean;
begin
  foreach role_name in array array['healthcare_app', 'healthcare_queue'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls', role_name);
      exception
        when duplicate_object or unique_violation then
          null;
        when insufficient_privilege then
          raise exception 'the role % is missing and the login % may not create it', role_name, current_user
            using hint = format(
              'Let an administrator of the server run: create role healthcare_app nologin; '
              'create role healthcare_queue nologin; grant healthcare_app, healthcare_queue to %I;', current_user);
      end;
    end if;

    -- The migrating login may become either role, so that one login suffices where there is only one.
    for attempt in 1 .. 20 loop
      select rolsuper or pg_has_role(current_user, role_name, 'set') into login_sets
        from pg_roles where rolname = current_user;
      exit when login_sets;
      begin
        execute format('grant %I to current_user', role_name);
      exception
        when insufficient_privilege then
          raise exception 'the login % is not a member of the role %', current_user, role_name
            using hint = format(
              'Let an administrator of the server run: grant healthcare_app, healthcare_queue to %I;', current_user);
        when unique_violation or internal_error then
          -- The same membership is being written from another database ("tuple concurrently updated").
          perform pg_sleep(0.05);
      end;
    end loop;
    if not login_sets then
      raise exception 'the login % could not be made a member of the role %', current_user, role_name
        using hint = 'Start again; other databases of this server were being migrated at the same time.';
    end if;
  end loop;

  if exists (
    select from pg_roles
    where rolname in ('healthcare_app', 'healthcare_queue') and (rolsuper or rolbypassrls)
  ) then
    raise exception 'the role healthcare_app or healthcare_queue can pass by row-level security'
      using hint = 'Let an administrator of the server run: alter role healthcare_app nosuperuser nobypassrls; '
        'alter role healthcare_queue nosuperuser nobypassrls;';
  end if;
end
$$;

create schema if not exists platform;
create schema fhir;
create schema identity;

-- Nothing is open to everybody: not what is here, not what later migrations make.
revoke all on schema platform, fhir, identity from public;
alter default privileges revoke execute on functions from public;
do $$
begin
  if exists (select from pg_namespace where nspname = 'public' and pg_has_role(current_user, nspowner, 'usage')) then
    revoke all on schema public from public;
  end if;
end
$$;

grant usage on schema platform, fhir, identity to healthcare_app;
grant usage on schema platform to healthcare_queue;

-- Readiness compares the level of the database with that of the code.
grant select on platform.migration to healthcare_app, healthcare_queue;

-- The clinics. Row-level security does not apply: a token names its clinic before a tenant can be bound.
create table platform.tenant (
  id integer generated always as identity primary key,
  slug text collate "C" not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (name <> ''),
  created_at timestamptz not null default now()
);
grant select on platform.tenant to healthcare_app;

-- The clinic of the transaction at hand; null where none is bound, and then no row fits.
create function platform.current_tenant() returns integer
  language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::integer;
grant execute on function platform.current_tenant() to healthcare_app;
