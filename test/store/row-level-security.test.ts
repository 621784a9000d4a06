/** @file Walls between workspaces: read from the catalogue for every table there is and will be, and tried. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { sql } from "kysely"
import type { Client } from "pg"

import { systemClock } from "../../src/base/clock.ts"
import { newIdentifier } from "../../src/base/identifiers.ts"
import { connectClient } from "../../src/store/connect.ts"
import { migrate } from "../../src/store/migrate.ts"
import { addWorkspace, silentLog, testDatabase, testStore } from "../database.ts"

/** Schemas without workspaces: pg-boss's own, which holds identifiers of jobs only, and what belongs to the server. */
const schemasWithoutWorkspaces = ["pgboss", "quernstone_server"]

/** Every way in which a table of ours lets one workspace show in another. */
async function holesIn(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ hole: string }>(
    `with ours as (
       select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relkind
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^(pg_|information_schema$)' and n.nspname <> all($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
     ), keys as (
       select o.name, k.conname, k.contype, k.conkey, k.confkey, k.conrelid, k.confrelid
         from pg_constraint k join ours o on o.oid = k.conrelid
     )
     select name || ': is a view, which row-level security of its owner decides' as hole from ours where relkind in ('v', 'm', 'f')
     union all
     select name || ': row-level security is not enabled and forced' from ours
      where relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
     union all
     select name || ': no policy of the workspace for all commands' from ours o
      where relkind in ('r', 'p') and not exists (
        select from pg_policy p where p.polrelid = o.oid and p.polcmd = '*' and p.polroles = array[0::oid]
           and pg_get_expr(p.polqual, p.polrelid) like '(workspace_id = %quernstone.workspace_id%'
           and pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid))
     union all
     select o.name || ': policy ' || p.polname || ' is for others than the system role' from ours o
       join pg_policy p on p.polrelid = o.oid
      where p.polname <> 'of_workspace' and p.polroles <> array['quernstone_system'::regrole::oid]
     union all
     select o.name || ': unique index ' || i.indexrelid::regclass || ' does not begin with workspace_id' from ours o
       join pg_index i on i.indrelid = o.oid and i.indisunique
      where not exists (select from pg_attribute a where a.attrelid = o.oid and a.attnum = i.indkey[0] and a.attname = 'workspace_id')
     union all
     select name || ': foreign key ' || conname || ' does not carry workspace_id first on both sides' from keys
      where contype = 'f' and not (
        exists (select from pg_attribute a where a.attrelid = conrelid and a.attnum = conkey[1] and a.attname = 'workspace_id')
        and exists (select from pg_attribute a where a.attrelid = confrelid and a.attnum = confkey[1] and a.attname = 'workspace_id'))
     order by 1`,
    [schemasWithoutWorkspaces],
  )
  return rows.map(({ hole }) => hole)
}

test("no table of the schema has a hole", async (t) => {
  const { ownerClient } = await testStore(t)
  assert.deepEqual(await holesIn(ownerClient), [])
})

test("each kind of hole is found where it is planted", async (t) => {
  const { ownerClient } = await testStore(t)
  await ownerClient.query(
    `create table leak (workspace_id uuid not null, id uuid primary key, model_id uuid,
       foreign key (model_id, workspace_id) references model (id, workspace_id))`,
  )
  await ownerClient.query("alter table leak add column parent uuid references leak")
  await ownerClient.query("create view peep as select * from model")
  await ownerClient.query("alter table alias no force row level security")
  await ownerClient.query("create policy generous on model using (true)")
  assert.deepEqual(
    (await holesIn(ownerClient)).map((hole) => hole.replace(/ (policy|unique index|foreign key) .*/, " $1")),
    [
      "quernstone.alias: row-level security is not enabled and forced",
      "quernstone.leak: foreign key",
      "quernstone.leak: foreign key",
      "quernstone.leak: no policy",
      "quernstone.leak: row-level security is not enabled and forced",
      "quernstone.leak: unique index",
      "quernstone.model: policy",
      "quernstone.peep: is a view, which row-level security of its owner decides",
    ],
  )
})

test("a workspace sees and changes its own rows only", async (t) => {
  const { store, workspaceId: mine } = await testStore(t)
  const theirs = await addWorkspace(store)
  const id = newIdentifier(systemClock)
  const addModel = (workspaceId: string, owner: string) =>
    store.inWorkspace(workspaceId, (transaction) =>
      transaction.insertInto("model").values({ workspace_id: owner, id, name: "churn" }).execute(),
    )
  await addModel(theirs, theirs)
  // The same name and even the same id are free for another workspace: nothing tells that they are taken.
  await addModel(mine, mine)
  await assert.rejects(addModel(mine, theirs), /row-level security/)
  await store.inWorkspace(mine, async (transaction) => {
    const rows = await transaction.selectFrom("model").select("workspace_id").execute()
    assert.deepEqual(rows, [{ workspace_id: mine }])
    const update = transaction
      .updateTable("model")
      .set({ name: "taken over" })
      .where("workspace_id", "=", theirs)
    assert.equal((await update.executeTakeFirst()).numUpdatedRows, 0n)
    const deletion = await transaction
      .deleteFrom("model")
      .where("workspace_id", "=", theirs)
      .executeTakeFirst()
    assert.equal(deletion.numDeletedRows, 0n)
  })
  const moved = store.inWorkspace(mine, (transaction) =>
    transaction.updateTable("model").set({ workspace_id: theirs }).execute(),
  )
  await assert.rejects(moved, /row-level security/)
})

test("a foreign key cannot reach into another workspace", async (t) => {
  const { store, workspaceId: mine } = await testStore(t)
  const theirs = await addWorkspace(store)
  const modelId = newIdentifier(systemClock)
  await store.inWorkspace(theirs, (transaction) =>
    transaction.insertInto("model").values({ workspace_id: theirs, id: modelId, name: "churn" }).execute(),
  )
  const reach = store.inWorkspace(mine, (transaction) =>
    transaction
      .insertInto("model_version")
      .values({
        workspace_id: mine,
        id: newIdentifier(systemClock),
        model_id: modelId,
        version: 1,
        file_digest: "",
        byte_length: 0,
        signature: "{}",
        report: "{}",
      })
      .execute(),
  )
  await assert.rejects(reach, { code: "23503" })
})

test("without a workspace nothing shows and nothing can be written", async (t) => {
  const { store } = await testStore(t)
  await store.serverWide(async (transaction) => {
    assert.deepEqual(await transaction.selectFrom("workspace").selectAll().execute(), [])
  })
  const write = store.serverWide((transaction) =>
    transaction
      .insertInto("workspace")
      .values({ workspace_id: newIdentifier(systemClock), name: "stray" })
      .execute(),
  )
  await assert.rejects(write, /row-level security/)
})

test("the workspace of one transaction is gone in the next on the same connection", async (t) => {
  const { openAnother, workspaceId } = await testStore(t)
  const store = await openAnother({ limits: { databaseConnectionsMax: 1 } })
  const count = () =>
    store.serverWide((transaction) => transaction.selectFrom("workspace").selectAll().execute())
  await store.inWorkspace(workspaceId, async () => {})
  assert.deepEqual(await count(), [])
  await store.acrossWorkspaces("scheduler", async () => {})
  assert.deepEqual(await count(), [])
})

test("work across workspaces sees what it is granted, and no more", async (t) => {
  const { store, workspaceId: mine } = await testStore(t)
  const theirs = await addWorkspace(store)
  const seen = await store.acrossWorkspaces("scheduler", (transaction) =>
    transaction.selectFrom("workspace").select("workspace_id").orderBy("created_at").execute(),
  )
  assert.deepEqual(
    seen.map((row) => row.workspace_id),
    [mine, theirs],
  )
  const forbidden = store.acrossWorkspaces("scheduler", (transaction) =>
    transaction.selectFrom("dataset_version").selectAll().execute(),
  )
  await assert.rejects(forbidden, /permission denied/)
})

test("the app owns nothing, makes nothing and takes no wall down", async (t) => {
  const { appUrl } = await testStore(t)
  const app = await connectClient(appUrl, { name: "test app" })
  t.after(() => app.end())
  for (const statement of [
    "create table mine (x integer)",
    "create temporary table mine (x integer)",
    "create schema mine",
    "create function mine() returns integer language sql as 'select 1'",
    "create table public.mine (x integer)",
    "alter table model disable row level security",
    "alter table model no force row level security",
    "drop policy of_workspace on model",
    "drop table model",
    "truncate model",
    "set role quernstone_owner",
    "grant quernstone_owner to quernstone_app",
    "alter role quernstone_app bypassrls",
    "copy model to program 'cat'",
    "select pg_read_file('PG_VERSION')",
    "update quernstone_server.schema_migration set sha256 = ''",
    "set session_replication_role = replica",
  ])
    await assert.rejects(app.query(statement), { name: "error" }, statement)
  // It answers the policy's question with an error instead of rows.
  await app.query("begin; set local row_security = off")
  await assert.rejects(app.query("select * from model"), /row-level security/)
  await app.query("rollback")
})

test("the owner is bound too, so that a migration cannot see past the wall by mistake", async (t) => {
  const { ownerClient } = await testStore(t)
  assert.equal((await ownerClient.query("select * from workspace")).rowCount, 0)
})

test("the system's sight is entered, not inherited", async (t) => {
  const { store } = await testStore(t)
  const role = await store.serverWide(async (transaction) => {
    const { rows } = await sql<{ inherits: boolean; member: boolean }>`
      select pg_has_role('quernstone_system', 'usage') as inherits, pg_has_role('quernstone_system', 'member') as member
    `.execute(transaction)
    return rows[0]
  })
  assert.deepEqual(role, { inherits: false, member: true })
})

test("migrations leave a clone as it is", async (t) => {
  const { ownerUrl } = await testDatabase(t)
  assert.deepEqual(await migrate({ ownerUrl, log: silentLog }), [])
})
