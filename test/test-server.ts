/** @file The PostgreSQL server of a test run, as the set-up tells it to the processes of the test files. */
import { z } from "zod"

export const testServerVariable = "TEST_DATABASE_SERVER"

const testServerSchema = z.object({
  superuserUrl: z.string(),
  /** Both name the template database. */
  ownerUrl: z.string(),
  appUrl: z.string(),
  template: z.string(),
})
export type TestServer = z.output<typeof testServerSchema>

export function testServer(): TestServer {
  return testServerSchema.parse(JSON.parse(process.env[testServerVariable] ?? "{}"))
}
