import { spawnSync } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NetworkPolicy } from './network-policy.js';
import { type Notification, NotificationSender, type SenderSettings } from './notification-sender.js';
import { type Receiver, startReceiver } from './testing/receiver.js';

const never = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];

function senderOf(networks: string[], settings: Partial<SenderSettings> = {}): NotificationSender {
  const sender = new NotificationSender(new NetworkPolicy(networks), {
    connectTimeoutMs: 500,
    timeoutMs: 1_000,
    ...settings,
  });
  open.push(sender);
  return sender;
}

async function receiverOf(...parameters: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...parameters);
  open.push(receiver);
  return receiver;
}

const notification = (endpoint: string, parts: Partial<Notification['channel']> = {}): Notification => ({
  channel: { type: 'rest-hook', endpoint, payload: 'application/fhir+json', ...parts },
  resourceType: 'Observation',
  resourceId: 'o1',
  body: '{"resourceType":"Observation","valueQuantity":{"value":1.50}}',
  requestId: 'request-1',
});

/** Answers every question with these addresses. */
function dns(...addresses: string[]): NonNullable<SenderSettings['resolveAll']> {
  return (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

describe('NotificationSender', () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  it('updates the resource at the receiver when there is a payload', async () => {
    const receiver = await receiverOf();
    const sent = notification(`${receiver.url}/base/?key=1`, { header: ['Authorization: Bearer abc', 'X-Two:  a b '] });
    expect(await senderOf(['127.0.0.1']).send(sent, never)).toEqual({ delivered: true });
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({ method: 'PUT', path: '/base/Observation/o1?key=1', body: sent.body });
    expect(receiver.received[0]!.headers).toMatchObject({
      authorization: 'Bearer abc',
      'x-two': 'a b',
      'content-type': 'application/fhir+json',
      'x-request-id': 'request-1',
    });
  });

  it('posts nothing to the endpoint itself when there is none', async () => {
    const receiver = await receiverOf();
    const { payload: _payload, ...channel } = notification(`${receiver.url}/hook`).channel;
    expect(await senderOf(['127.0.0.1']).send({ ...notification(''), channel }, never)).toEqual({ delivered: true });
    expect(receiver.received[0]).toMatchObject({ method: 'POST', path: '/hook', body: '' });
    expect(receiver.received[0]!.headers).not.toHaveProperty('content-type');
  });

  it.each([301, 307, 400, 404, 500, 503])('takes HTTP %i for a failure and goes nowhere else', async (status) => {
    const receiver = await receiverOf((_request, response) =>
      response.writeHead(status, { location: '/elsewhere' }).end('Jane Doe'),
    );
    expect(await senderOf(['127.0.0.1']).send(notification(receiver.url), never)).toEqual({
      delivered: false,
      reason: `it answered HTTP ${status}`,
      isFinal: false,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it.each([200, 201, 204])('takes HTTP %i for a success', async (status) => {
    const receiver = await receiverOf((_request, response) => response.writeHead(status).end());
    expect(await senderOf(['127.0.0.1']).send(notification(receiver.url), never)).toEqual({ delivered: true });
  });

  it('waits only so long for an answer', async () => {
    const receiver = await receiverOf(() => {});
    const outcome = await senderOf(['127.0.0.1'], { timeoutMs: 200 }).send(notification(receiver.url), never);
    expect(outcome).toEqual({ delivered: false, reason: 'it did not answer in time', isFinal: false });
  });

  it('does not read an answer without end', async () => {
    let written = 0;
    const receiver = await receiverOf((_request, response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const write = (): void => {
        while (!response.destroyed && response.write(chunk)) {
          written += chunk.length;
        }
        response.once('drain', write);
      };
      write();
    });
    expect(await senderOf(['127.0.0.1'], { timeoutMs: 5_000 }).send(notification(receiver.url), never)).toEqual({
      delivered: true,
    });
    expect(written).toBeLessThan(32 * 1_024 * 1_024);
  });

  it('says what kept it from connecting', async () => {
    const receiver = await receiverOf();
    await receiver.close();
    const refused = await senderOf(['127.0.0.1']).send(notification(receiver.url), never);
    expect(refused).toMatchObject({ reason: 'it refused the connection' });
    const resolveAll: SenderSettings['resolveAll'] = (_name, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    const unknown = await senderOf([], { resolveAll }).send(notification('http://receiver.example'), never);
    expect(unknown).toMatchObject({ reason: 'its name cannot be resolved' });
  });

  it('does not send to a server that cannot prove who it is', async ({ skip }) => {
    const directory = await mkdtemp(join(tmpdir(), 'healthcare-tls-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=receiver.example',
      '-addext',
      'subjectAltName=DNS:receiver.example',
      '-keyout',
      key,
      '-out',
      cert,
    ]);
    skip(made.status !== 0, 'openssl, which makes the certificate, is not here');
    let requests = 0;
    const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) => {
      requests++;
      response.end();
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as AddressInfo;
    const sender = senderOf(['127.0.0.1'], { resolveAll: dns('127.0.0.1') });
    expect(await sender.send(notification(`https://receiver.example:${port}`), never)).toEqual({
      delivered: false,
      reason: 'it could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)',
      isFinal: false,
    });
    expect(requests).toBe(0);
    await rm(directory, { recursive: true });
  });

  it('stops when it is told to', async () => {
    const receiver = await receiverOf(() => {});
    const stopping = new AbortController();
    const sending = senderOf(['127.0.0.1']).send(notification(receiver.url), stopping.signal);
    setTimeout(() => stopping.abort(), 50);
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('receivers on private addresses', () => {
    const refused = { delivered: false, reason: 'it has no address that this server sends to', isFinal: true };

    it('refuses an address that is written out', async () => {
      const receiver = await receiverOf();
      expect(await senderOf([]).send(notification(receiver.url), never)).toEqual(refused);
      expect(await senderOf([]).send(notification(`http://[::ffff:127.0.0.1]:${receiver.port}`), never)).toEqual(
        refused,
      );
      expect(receiver.received).toHaveLength(0);
    });

    it('refuses a name that resolves to one', async () => {
      const receiver = await receiverOf();
      const sender = senderOf([], { resolveAll: dns('127.0.0.1', '::1') });
      expect(await sender.send(notification(`http://receiver.example:${receiver.port}`), never)).toEqual(refused);
      expect(await senderOf([]).send(notification(`http://localhost:${receiver.port}`), never)).toEqual(refused);
      expect(receiver.received).toHaveLength(0);
    });

    it('connects to the address that it has judged, whatever the name resolves to next', async () => {
      const receiver = await receiverOf();
      const answers = [['127.0.0.2'], ['127.0.0.1']];
      const resolveAll: NonNullable<SenderSettings['resolveAll']> = (name, options, callback) =>
        dns(...(answers.shift() ?? []))(name, options, callback);
      const sender = senderOf(['127.0.0.2/32'], { resolveAll });
      const outcome = await sender.send(notification(`http://receiver.example:${receiver.port}`), never);
      // Nothing listens at the first; the second answer was never asked for.
      expect(outcome).toMatchObject({ delivered: false, isFinal: false });
      expect(answers).toHaveLength(1);
      expect(receiver.received).toHaveLength(0);
    });

    it('uses of several addresses those that are allowed', async () => {
      const receiver = await receiverOf();
      const sender = senderOf(['127.0.0.1'], { resolveAll: dns('169.254.169.254', '127.0.0.1') });
      expect(await sender.send(notification(`http://receiver.example:${receiver.port}`), never)).toEqual({
        delivered: true,
      });
    });

    it('checks every connection, not only the first', async () => {
      const receiver = await receiverOf((_request, response) => response.writeHead(200, { connection: 'close' }).end());
      const answers = [['127.0.0.1'], ['10.0.0.1']];
      const resolveAll: NonNullable<SenderSettings['resolveAll']> = (name, options, callback) =>
        dns(...(answers.shift() ?? []))(name, options, callback);
      const sender = senderOf(['127.0.0.1'], { resolveAll });
      const endpoint = `http://receiver.example:${receiver.port}`;
      expect(await sender.send(notification(endpoint), never)).toEqual({ delivered: true });
      expect(await sender.send(notification(endpoint), never)).toEqual(refused);
    });
  });
});
