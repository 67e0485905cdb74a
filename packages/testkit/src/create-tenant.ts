import { withClient } from './with-client.js';

/**
 * Makes a clinic.
 *
 * @param url The owner's, since the application may only read clinics.
 * @returns Its number, as row-level security compares it.
 */
export async function createTenant(url: string, slug: string, name = `Clinic ${slug}`): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      'insert into platform.tenant (slug, name) values ($1, $2) returning id',
      [slug, name],
    );
    return (rows[0] as { id: number }).id;
  });
}
