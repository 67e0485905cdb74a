import type { MalformedRequest } from './malformed-request.js';
import type { Exchange, HttpAnswer } from './send-bytes.js';

/** What must not be in an answer: where our code lies, what our SQL looks like, what our stack is. */
const internals: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a stack trace', /\n?\s+at .+:\d+:\d+|\.(?:js|ts):\d+/],
  [
    'a file path',
    /(?:^|[\s"'(])(?:\/(?:home|usr|var|work|root|app|tmp|node_modules)\/|[A-Z]:\\\\)|node_modules|node:internal/,
  ],
  ['SQL', /\b(?:select|insert into|update|delete from)\b[^"]{0,80}\b(?:from|values|set|where)\b.*\bfhir\./i],
  [
    'a database error',
    /\b(?:SQLSTATE|PostgreSQL|pg_|violates|relation "|syntax error at or near|current transaction is aborted)/i,
  ],
  [
    'an exception',
    /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|InternalServerError|Cannot read propert|is not a function|Maximum call stack)/,
  ],
];

/** What is wrong with the way the server took a case; empty when all is well. */
export function judgeExchange(request: MalformedRequest, exchange: Exchange): string[] {
  const { expect } = request;
  if (exchange.failure !== undefined) {
    return [`the exchange ended with: ${exchange.failure}`];
  }
  const answersExpected = expect.kind === 'refused' ? (expect.answers ?? 1) : 1;
  if (exchange.answers.length < answersExpected && expect.kind !== 'refused-or-closed') {
    return [`${exchange.answers.length} answers, ${answersExpected} were due`];
  }
  return exchange.answers.flatMap((answer) => judgeAnswer(request, answer));
}

function judgeAnswer({ expect, pieces }: MalformedRequest, answer: HttpAnswer): string[] {
  // What came with the request is no secret of the server's.
  const isEcho = (text: string): boolean => pieces.some((piece) => piece.includes(text.trim()));
  const leaks = internals
    .filter(([, pattern]) => {
      const found = pattern.exec(answer.body)?.[0];
      return found !== undefined && !isEcho(found);
    })
    .map(([name]) => `the answer shows ${name}`);
  if (answer.headers.has('x-injected')) {
    leaks.push('a header was injected');
  }
  if (answer.status >= 200 && answer.status < 300) {
    const wrong =
      expect.kind === 'valid'
        ? expect.judge(answer)
        : expect.kind === 'may-store'
          ? undefined
          : `was answered with ${answer.status}`;
    return wrong === undefined ? leaks : [...leaks, wrong];
  }
  if (answer.status < 400 || answer.status > 499) {
    return [...leaks, `was answered with ${answer.status}`];
  }
  const isBare = expect.kind === 'refused-or-closed' && answer.body === '';
  return isBare ? leaks : [...leaks, ...judgeOutcome(answer)];
}

/** A refusal is an OperationOutcome (http://hl7.org/fhir/R4/http.html#summary) that says something. */
function judgeOutcome({ headers, body }: HttpAnswer): string[] {
  const type = headers.get('content-type') ?? 'none';
  if (!/^application\/fhir\+json(?:;|$)/.test(type)) {
    return [`the refusal has content type ${type}`];
  }
  try {
    const outcome = JSON.parse(body) as { resourceType?: string; issue?: { severity?: string; code?: string }[] };
    const issues = outcome.issue ?? [];
    const isWhole =
      issues.length > 0 && issues.every(({ severity, code }) => severity !== undefined && code !== undefined);
    return outcome.resourceType === 'OperationOutcome' && isWhole ? [] : ['the refusal is no OperationOutcome'];
  } catch {
    return ['the refusal is no JSON'];
  }
}
