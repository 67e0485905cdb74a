import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { families } from './families/index.js';
import { judgeRefusedBatch } from './families/bundle-families.js';
import { judgeEmptySearch } from './families/search-families.js';
import type { Family } from './malformed-request.js';
import { runSuite, type SuiteResult } from './run-suite.js';
import { parseAnswers } from './send-bytes.js';
import { SeededRandom } from './seeded-random.js';

/** The suite proves a server only if it would convict one: here it meets servers that do each thing wrong. */
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

const outcome = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'invalid', diagnostics: 'No.' }],
});

/** Families whose every case is a request that Node's own HTTP parser lets through. */
const plain = families.filter(({ name }) =>
  [
    'broken JSON',
    'wrong types',
    'deep nesting',
    'prototype pollution',
    'bad encodings',
    'hostile history and paging',
  ].includes(name),
);

async function suiteAgainst(
  listener: RequestListener,
  chosen: readonly Family[] = plain,
  requests = 60,
): Promise<SuiteResult> {
  server = createServer((request, response) => {
    request.resume().on('end', () => listener(request, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = { authority: `127.0.0.1:${port}`, basePath: '/fhir/R4', token: 't', patientId: 'p' };
  return runSuite({
    host: '127.0.0.1',
    port,
    target,
    seed: 7,
    requests,
    concurrency: 4,
    timeoutMs: 400,
    families: chosen,
  });
}

const answering =
  (status: number, body: string, type = 'application/fhir+json; charset=utf-8'): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

const problemsOf = ({ failures }: SuiteResult): string[] => [...new Set(failures.flatMap(({ problems }) => problems))];

describe('the suite', () => {
  it('has nothing to say against a server that refuses as it should', async () => {
    const result = await suiteAgainst(answering(400, outcome));
    expect(result.failures).toEqual([]);
    expect(result.statuses).toEqual(new Map([['400', 60]]));
  });

  const leaky = (diagnostics: string): string => outcome.replace('No.', diagnostics);
  it.each([
    ['fails', answering(500, outcome), 'was answered with 500'],
    ['accepts', answering(201, outcome), 'was answered with 201'],
    ['redirects', answering(302, outcome), 'was answered with 302'],
    ['answers in HTML', answering(400, '<h1>Bad Request</h1>', 'text/html'), 'the refusal has content type text/html'],
    ['answers with other JSON', answering(400, '{"error":"x"}'), 'the refusal is no OperationOutcome'],
    [
      'answers with no issue',
      answering(400, '{"resourceType":"OperationOutcome","issue":[]}'),
      'the refusal is no OperationOutcome',
    ],
    [
      'shows its stack',
      answering(400, leaky(String.raw`x\n    at parse (file.js:1:2)`)),
      'the answer shows a stack trace',
    ],
    ['shows its files', answering(400, leaky('ENOENT /home/node/x')), 'the answer shows a file path'],
    ['shows its SQL', answering(400, leaky('select body from fhir.resource')), 'the answer shows SQL'],
    ['shows its database', answering(400, leaky('violates unique constraint')), 'the answer shows a database error'],
    ['shows its exceptions', answering(400, leaky('TypeError: x is not a function')), 'the answer shows an exception'],
    ['hangs', () => undefined, 'the exchange ended with: timeout'],
    ['hangs up', (request) => request.socket.destroy(), '0 answers, 1 were due'],
  ] as const satisfies readonly (readonly [string, RequestListener, string])[])(
    'convicts a server that %s',
    async (_name, listener, problem) => {
      const result = await suiteAgainst(listener, plain, 12);
      expect(result.failures).toHaveLength(12);
      expect(problemsOf(result)).toContain(problem);
    },
  );

  it('convicts a server that finds somebody for a hostile search', () => {
    const answer = (body: unknown) => ({ status: 200, headers: new Map<string, string>(), body: JSON.stringify(body) });
    const entry = [{ resource: { resourceType: 'Patient' }, search: { mode: 'match' } }];
    expect(judgeEmptySearch(answer({ resourceType: 'Bundle', type: 'searchset', entry }))).toContain('found 1');
    expect(judgeEmptySearch(answer({ resourceType: 'Bundle', type: 'searchset', total: 3 }))).toContain('total 3');
    expect(judgeEmptySearch(answer({ resourceType: 'Patient' }))).toBe('the answer is no searchset');
    expect(judgeEmptySearch(answer({ resourceType: 'Bundle', type: 'searchset', total: 0 }))).toBeUndefined();
  });

  it('convicts a server that takes one entry of a faulty batch', () => {
    const answer = (...statuses: string[]) => ({
      status: 200,
      headers: new Map<string, string>(),
      body: JSON.stringify({
        entry: statuses.map((status) => ({ response: { status, outcome: { resourceType: 'OperationOutcome' } } })),
      }),
    });
    expect(judgeRefusedBatch(2)(answer('400 Bad Request', '201 Created'))).toContain('201');
    expect(judgeRefusedBatch(2)(answer('400 Bad Request', '500'))).toContain('500');
    expect(judgeRefusedBatch(2)(answer('400 Bad Request'))).toContain('1 answers');
    expect(judgeRefusedBatch(2)(answer('400 Bad Request', '404 Not Found'))).toBeUndefined();
  });

  it('convicts a server that leaves pipelined requests without an answer', async () => {
    const pipelined = families.filter(({ name }) => name === 'pipelined faults');
    const first = new WeakSet<object>();
    const result = await suiteAgainst(
      (request, response) => {
        if (first.has(request.socket)) {
          request.socket.destroy();
          return;
        }
        first.add(request.socket);
        answering(400, outcome)(request, response);
      },
      pipelined,
      5,
    );
    expect(result.failures).toHaveLength(5);
  });

  it('sends the same for the same seed', () => {
    const target = { authority: 'h', basePath: '/fhir/R4', token: 't', patientId: 'p' };
    const casesOf = (seed: number) => {
      const random = new SeededRandom(seed);
      return families
        .flatMap((family) => Array.from({ length: 20 }, () => family.next(random, target)))
        .map(({ fault, pieces }) => [fault, ...pieces.map(String)]);
    };
    expect(casesOf(1)).toEqual(casesOf(1));
    expect(casesOf(1)).not.toEqual(casesOf(2));
  });

  it('reads answers that follow each other, with a length and in chunks', () => {
    const bytes =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\n';
    expect(parseAnswers(Buffer.from(bytes))?.map(({ status, body }) => [status, body])).toEqual([
      [400, 'ab'],
      [404, 'xyz'],
      [204, ''],
    ]);
    expect(parseAnswers(Buffer.from('SSH-2.0\r\n\r\n'))).toBeUndefined();
    expect(parseAnswers(Buffer.from('HTTP/1.1 400 Bad\r\nContent-Length: 5\r\n\r\nab'))).toEqual([]);
  });
});
