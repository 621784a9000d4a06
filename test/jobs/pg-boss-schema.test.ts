/** @file The migration of pg-boss's schema is what the installed version prints, and what it finds sound. */
import assert from "node:assert"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { getConstructionPlans, PgBoss } from "pg-boss"

import { testStore } from "../database.ts"
import { openSuperuser } from "../superuser.ts"

const migration = "sql/000002_pg_boss.sql"
const advice = `pg-boss has another schema than ${migration}: write a new migration from its getMigrationPlans, and change this test`

test("the migration is what the installed pg-boss prints", () => {
  const [, printed] = readFileSync(migration, "utf8").split(/^-- printed by pg-boss: (?:begin|end)$/m)
  // Without the transaction and the locks around it, which are the migrator's matter.
  const plan = /CREATE SCHEMA[\s\S]*(?=\s+COMMIT;)/.exec(getConstructionPlans("pgboss"))?.[0]
  assert.strictEqual(printed?.trim(), plan?.trim(), advice)
})

test("pg-boss finds nothing amiss in the migrated schema, and starts without the right to alter it", async (t) => {
  const { store } = await testStore(t)
  const boss = new PgBoss({
    schema: "pgboss",
    migrate: false,
    schedule: false,
    supervise: false,
    registerInstance: false,
    db: { executeSql: async (text, values) => await store.executeSql(text, values ?? []) },
  })
  const errors: unknown[] = []
  boss.on("error", (error) => errors.push(error))
  await boss.start()
  const drift = await boss.detectSchemaDrift()
  const queues = await boss.getQueues()
  await boss.stop({ graceful: false, close: false })
  assert(drift.ok, JSON.stringify(drift))
  assert.deepStrictEqual(errors, [])
  assert.deepStrictEqual(
    queues.map(({ name, heartbeatSeconds, partition, table }) => ({
      name,
      heartbeatSeconds,
      partition,
      table,
    })),
    ["collect.import", "train.fit"].map((name) => ({
      name,
      heartbeatSeconds: 10,
      partition: false,
      table: "job_common",
    })),
  )
  await assert.rejects(store.executeSql("create table pgboss.intruder (id int)", []), /permission denied/)
})

test("only the owner and the app have rights on the tables of pg-boss", async (t) => {
  const database = await testStore(t)
  const superuser = await openSuperuser(t, database)
  const { rows } = await superuser.query(
    "select count(*)::int as count from information_schema.role_table_grants where table_schema = 'pgboss' and grantee not in ('quernstone_owner', 'quernstone_app')",
  )
  assert.deepStrictEqual(rows, [{ count: 0 }])
})
