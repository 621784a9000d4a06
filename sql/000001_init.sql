-- What Quernstone keeps. Every table has workspace_id and forced row-level security; every unique constraint begins
-- with workspace_id and every foreign key carries it, so that neither names nor ids of one workspace show in another.
-- The owner runs this file; quernstone_app has data rights only; quernstone_system sees the listed tables across
-- workspaces and is entered by SET LOCAL ROLE for named reasons.

create table workspace (
  workspace_id uuid primary key,
  name text not null,
  created_at timestamptz(3) not null default now()
);

create table api_key (
  workspace_id uuid not null references workspace,
  id uuid not null,
  -- The eight characters after qst_: shown to people, not secret.
  display_id text not null,
  sha256 bytea not null check (length(sha256) = 32),
  name text not null,
  scopes text[] not null check (scopes <@ array['predict', 'read', 'write', 'admin'] and cardinality(scopes) > 0),
  -- Names of endpoints that a predict key may call; null means all of the workspace.
  endpoint_names text[],
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (workspace_id, id),
  unique (workspace_id, display_id)
);
create index api_key_sha256 on api_key (sha256);

-- What other processes must hear of within seconds: revoked keys, new deployments, cancelled jobs.
create table change (
  workspace_id uuid not null references workspace,
  id bigint generated always as identity,
  topic text not null,
  subject text not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id)
);
create index change_id on change (id);

create table audit_entry (
  workspace_id uuid not null references workspace,
  id uuid not null,
  at timestamptz(3) not null default now(),
  -- The API key that acted; null when the server itself did.
  api_key_id uuid,
  action text not null,
  subject text not null,
  details jsonb not null default '{}',
  primary key (workspace_id, id)
);

create table idempotency_key (
  workspace_id uuid not null references workspace,
  key text not null,
  request_sha256 bytea not null,
  -- Null while the first call is still running.
  response_status integer,
  response_body jsonb,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, key)
);

create table job (
  workspace_id uuid not null references workspace,
  id uuid not null,
  kind text not null,
  arguments jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- The fence: what an attempt writes is accepted only while this is its number.
  attempt integer not null default 0,
  cancel_requested boolean not null default false,
  progress jsonb,
  result jsonb,
  error jsonb,
  memory_peak_bytes bigint,
  -- Grows with every change of the row: the id of its server-sent events.
  revision bigint not null default 1,
  created_by uuid,
  created_at timestamptz(3) not null default now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  primary key (workspace_id, id)
);
create index job_newest on job (workspace_id, created_at desc, id desc);

-- Blobs are content-addressed and may serve several holders; an unreferenced one is collected after a grace time.
create table blob_reference (
  workspace_id uuid not null references workspace,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  holder_kind text not null,
  holder_id uuid not null,
  byte_length bigint not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, digest, holder_kind, holder_id)
);
create index blob_reference_digest on blob_reference (digest);

create table dataset (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null,
  latest_version integer not null default 0,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table dataset_version (
  workspace_id uuid not null references workspace,
  id uuid not null,
  dataset_id uuid not null,
  version integer not null check (version > 0),
  file_digest text not null,
  content_digest text not null,
  byte_length bigint not null,
  row_count bigint not null,
  table_schema jsonb not null,
  profile jsonb not null,
  source json not null,
  rejected_count bigint not null,
  rejected_rows jsonb not null,
  job_id uuid,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, dataset_id, version),
  foreign key (workspace_id, dataset_id) references dataset (workspace_id, id),
  foreign key (workspace_id, job_id) references job (workspace_id, id)
);

create table model (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null,
  latest_version integer not null default 0,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table model_version (
  workspace_id uuid not null references workspace,
  id uuid not null,
  model_id uuid not null,
  version integer not null check (version > 0),
  file_digest text not null,
  byte_length bigint not null,
  signature jsonb not null,
  -- Leaderboard, scores with intervals, recipe, split, timings: what the training job found.
  -- As text, so that the columns of an example row stay in their order.
  report json not null,
  job_id uuid,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, model_id, version),
  foreign key (workspace_id, model_id) references model (workspace_id, id),
  foreign key (workspace_id, job_id) references job (workspace_id, id)
);

create table alias (
  workspace_id uuid not null references workspace,
  model_id uuid not null,
  name text not null,
  model_version_id uuid not null,
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, model_id, name),
  foreign key (workspace_id, model_id) references model (workspace_id, id),
  foreign key (workspace_id, model_version_id) references model_version (workspace_id, id)
);

create table lineage_edge (
  workspace_id uuid not null references workspace,
  -- The made thing and what it was made from, each as kind and id: dataset_version, model_version, job, endpoint.
  product_kind text not null,
  product_id uuid not null,
  source_kind text not null,
  source_id uuid not null,
  relation text not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, product_kind, product_id, source_kind, source_id, relation)
);
create index lineage_edge_source on lineage_edge (workspace_id, source_kind, source_id);

create table endpoint (
  workspace_id uuid not null references workspace,
  id uuid not null,
  name text not null,
  strict boolean not null default false,
  -- Grows with every deployment; instances report the revision that they have warm.
  revision bigint not null default 0,
  created_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table deployment (
  workspace_id uuid not null references workspace,
  id uuid not null,
  endpoint_id uuid not null,
  model_version_id uuid not null,
  revision bigint not null,
  created_by uuid,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, endpoint_id, revision),
  foreign key (workspace_id, endpoint_id) references endpoint (workspace_id, id),
  foreign key (workspace_id, model_version_id) references model_version (workspace_id, id)
);

-- Which live instance has which revision of an endpoint warm.
create table endpoint_ready (
  workspace_id uuid not null references workspace,
  endpoint_id uuid not null,
  instance_id uuid not null,
  revision bigint not null,
  ready_at timestamptz(3) not null default now(),
  primary key (workspace_id, endpoint_id, instance_id),
  foreign key (workspace_id, endpoint_id) references endpoint (workspace_id, id)
);

-- Processes of this installation; server-wide, so it is kept apart from what workspaces own.
create table quernstone_server.instance (
  id uuid primary key,
  pid integer not null,
  host text not null,
  roles text[] not null,
  started_at timestamptz(3) not null default now(),
  seen_at timestamptz(3) not null default now()
);

do $$
declare
  name text;
begin
  for name in select c.relname from pg_class c where c.relnamespace = 'quernstone'::regnamespace and c.relkind = 'r' loop
    execute format('alter table quernstone.%I enable row level security', name);
    execute format('alter table quernstone.%I force row level security', name);
    execute format(
      'create policy of_workspace on quernstone.%I using (workspace_id = (select nullif(current_setting(''quernstone.workspace_id'', true), '''')::uuid)) with check (workspace_id = (select nullif(current_setting(''quernstone.workspace_id'', true), '''')::uuid))',
      name);
    execute format('grant select, insert, update, delete on quernstone.%I to quernstone_app', name);
  end loop;
  -- What work across workspaces may see: key look-up, scheduler, deployment watch, blob collection, retention.
  foreach name in array array['workspace', 'api_key', 'change', 'job', 'blob_reference', 'endpoint', 'deployment', 'model', 'model_version', 'endpoint_ready', 'idempotency_key'] loop
    execute format('create policy of_system on quernstone.%I to quernstone_system using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on quernstone.%I to quernstone_system', name);
  end loop;
end
$$;

grant usage on schema quernstone, quernstone_server to quernstone_app, quernstone_system;
grant usage on all sequences in schema quernstone to quernstone_app, quernstone_system;
grant select, insert, update, delete on quernstone_server.instance to quernstone_app, quernstone_system;
