/** @file A look past row-level security, for tests only: what is really in the tables, and what nobody but a test would write. */
import type { TestContext } from "node:test"

import type { Client } from "pg"

import { connectClient } from "../src/store/connect.ts"
import type { TestDatabase } from "./database.ts"

/** Dropping the database with the test ends the connection, should its own hook come later. */
export async function openSuperuser(t: TestContext, database: TestDatabase): Promise<Client> {
  const client = await connectClient(database.superuserUrl, { name: "test superuser" })
  t.after(() => client.end())
  return client
}
