import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useExternalDatabase } from './external-database.js';

describe('useExternalDatabase', () => {
  it('says which variable to check when nothing answers', async () => {
    await expect(useExternalDatabase({ url: 'postgres://someone:secret@127.0.0.1:1/none' })).rejects.toThrow(
      /database of DATABASE_URL at 127\.0\.0\.1:1 cannot be reached \(.*ECONNREFUSED.*\): check the variable .*embedded/,
    );
  });

  it('does not repeat the password, nor wait for ever for something that is no PostgreSQL', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const failure = await useExternalDatabase({ url: `postgres://someone:s3cret@127.0.0.1:${port}/none` }).then(
      () => new Error('reached'),
      (error: Error) => error,
    );
    server.close();
    expect(failure.message).toMatch(/DATABASE_URL at 127\.0\.0\.1:\d+ cannot be reached/);
    expect(failure.message).not.toContain('s3cret');
  });
});
