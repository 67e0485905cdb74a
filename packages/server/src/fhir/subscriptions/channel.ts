import { isIP } from 'node:net';
import type { OutcomeIssue } from '../../platform/errors/index.js';
import type { NetworkPolicy } from './network-policy.js';

/** Subscription.channel of a rest-hook, as R4 has it. */
export interface Channel {
  readonly type?: string;
  readonly endpoint?: string;
  readonly payload?: string;
  readonly header?: readonly string[];
}

export const PAYLOAD = 'application/fhir+json';

/** What the connection needs or the notification itself says. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?[ \t]*$/;

/** Name and value of one line of Subscription.channel.header; undefined: it is no header line (RFC 9110, section 5). */
export function parseHeader(line: string): readonly [name: string, value: string] | undefined {
  const match = HEADER.exec(line);
  return match === null ? undefined : [match[1]!, match[2] ?? ''];
}

/** What keeps the server from notifying over `channel`, each with its path. */
export function channelProblems(channel: Channel, networks: NetworkPolicy): OutcomeIssue[] {
  if (channel.type !== 'rest-hook') {
    return [issue('not-supported', 'type', 'This server notifies over channels of type rest-hook only.')];
  }
  const issues: OutcomeIssue[] = [];
  const endpoint = endpointProblem(channel.endpoint, networks);
  if (endpoint !== undefined) {
    issues.push(issue(channel.endpoint === undefined ? 'required' : 'value', 'endpoint', endpoint));
  }
  if (channel.payload !== undefined && channel.payload !== PAYLOAD) {
    issues.push(
      issue('not-supported', 'payload', `The payload must be ${PAYLOAD}, or absent for notifications without a body.`),
    );
  }
  channel.header?.forEach((line, index) => {
    const header = parseHeader(line);
    if (header === undefined) {
      issues.push(issue('value', `header[${index}]`, 'A header is one line such as "Authorization: Bearer …".'));
    } else if (RESERVED_HEADERS.has(header[0].toLowerCase())) {
      issues.push(issue('value', `header[${index}]`, 'This header is set by the server.'));
    }
  });
  return issues;
}

/** Names are resolved at delivery: here only an address that is written out can be judged. */
function endpointProblem(endpoint: string | undefined, networks: NetworkPolicy): string | undefined {
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'The endpoint of a rest-hook is an absolute http or https URL.';
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return 'The endpoint must carry neither credentials nor a fragment: credentials go into channel.header.';
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && networks.allows(host) && !networks.allows(host, url.protocol)) {
    return 'The endpoint needs https: without TLS this server sends only to networks that the operator allows.';
  }
  if (isIP(host) !== 0 && !networks.allows(host)) {
    return 'The endpoint is an address that this server does not send to: the operator may allow its network.';
  }
  return undefined;
}

function issue(code: OutcomeIssue['code'], element: string, diagnostics: string): OutcomeIssue {
  return { severity: 'error', code, diagnostics, expression: [`Subscription.channel.${element}`] };
}
