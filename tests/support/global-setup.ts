import { migrateDatabase } from '@healthcare/server/migrations';
import { createTemplate, startTestServer } from '@healthcare/testkit';

/**
 * Vitest's global setup: one server a run, or the one of TEST_DATABASE_URL (a login that may make databases and roles).
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given === undefined || given === '' ? await startTestServer() : { url: given, stop: async () => {} };
  try {
    const template = await createTemplate(server.url, async (connectionString) => {
      await migrateDatabase({ connectionString, log: () => {} });
    });
    // Test processes inherit the environment.
    Object.assign(process.env, template.variables);
    return async () => {
      await template.drop();
      await server.stop();
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
