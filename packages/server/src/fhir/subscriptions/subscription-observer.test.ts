import { describe, expect, it } from 'vitest';
import { FhirError } from '../../platform/errors/index.js';
import { createLogger } from '../../platform/logging/index.js';
import type { Resource } from '../resource.js';
import { NetworkPolicy } from './network-policy.js';
import { SubscriptionObserver } from './subscription-observer.js';
import { subscription } from './testing/clinic.js';

const logger = createLogger({ level: 'silent', role: 'test' });
const observer = new SubscriptionObserver('http://localhost/fhir/R4', new NetworkPolicy(['10.0.0.0/8']), logger);

function problems(resource: Resource): (readonly [code: string, path: string | undefined])[] {
  try {
    observer.check(resource);
  } catch (error) {
    expect(error).toBeInstanceOf(FhirError);
    expect((error as FhirError).status).toBe(422);
    return (error as FhirError).issues.map(({ code, expression }) => [code, expression?.[0]] as const);
  }
  return [];
}

const channel = (parts: object): Partial<Resource> => ({
  channel: { type: 'rest-hook', endpoint: 'https://receiver.example', ...parts },
});

describe('SubscriptionObserver.check', () => {
  it('lets pass what it can serve, and everything that is no Subscription', () => {
    expect(
      problems(
        subscription(
          'https://receiver.example/hook?x=1',
          channel({ header: ['Authorization: Bearer abc', 'X-Empty:'] }),
        ),
      ),
    ).toEqual([]);
    expect(problems(subscription('http://10.1.1.1:8080/'))).toEqual([]);
    expect(problems({ resourceType: 'Patient' })).toEqual([]);
  });

  it.each([
    ['websocket', channel({ type: 'websocket' }), 'not-supported', 'Subscription.channel.type'],
    ['email', channel({ type: 'email', endpoint: 'mailto:a@b.example' }), 'not-supported', 'Subscription.channel.type'],
    ['no endpoint', channel({ endpoint: undefined }), 'required', 'Subscription.channel.endpoint'],
    ['another scheme', channel({ endpoint: 'ftp://receiver.example' }), 'value', 'Subscription.channel.endpoint'],
    ['a relative endpoint', channel({ endpoint: '/hook' }), 'value', 'Subscription.channel.endpoint'],
    [
      'credentials in the endpoint',
      channel({ endpoint: 'https://a:b@receiver.example' }),
      'value',
      'Subscription.channel.endpoint',
    ],
    ['a private address', channel({ endpoint: 'http://192.168.0.1/' }), 'value', 'Subscription.channel.endpoint'],
    [
      'a loopback address in decimal',
      channel({ endpoint: 'http://2130706433/' }),
      'value',
      'Subscription.channel.endpoint',
    ],
    ['a loopback address in IPv6', channel({ endpoint: 'http://[::1]/' }), 'value', 'Subscription.channel.endpoint'],
    [
      'a mapped address',
      channel({ endpoint: 'http://[::ffff:169.254.169.254]/' }),
      'value',
      'Subscription.channel.endpoint',
    ],
    ['XML', channel({ payload: 'application/fhir+xml' }), 'not-supported', 'Subscription.channel.payload'],
    ['a header that is none', channel({ header: ['A: b', 'no colon'] }), 'value', 'Subscription.channel.header[1]'],
    ['two headers in one line', channel({ header: ['A: b\r\nHost: c'] }), 'value', 'Subscription.channel.header[0]'],
    [
      'a header of the connection',
      channel({ header: ['HOST: other.example'] }),
      'value',
      'Subscription.channel.header[0]',
    ],
    ['criteria of no type', { criteria: 'status=final' }, 'value', 'Subscription.criteria'],
    ['criteria of an unknown type', { criteria: 'Observations?status=final' }, 'value', 'Subscription.criteria'],
    [
      'criteria with an unknown parameter',
      { criteria: 'Observation?colour=red' },
      'not-supported',
      'Subscription.criteria',
    ],
    ['criteria with a malformed value', { criteria: 'Observation?date=yesterday' }, 'value', 'Subscription.criteria'],
    [
      'criteria with a page size',
      { criteria: 'Observation?status=final&_count=3' },
      'not-supported',
      'Subscription.criteria',
    ],
    ['criteria on subscriptions', { criteria: 'Subscription?status=active' }, 'not-supported', 'Subscription.criteria'],
  ])('refuses %s', (_what, parts, code, path) => {
    expect(problems(subscription('https://receiver.example', parts))).toEqual([[code, path]]);
  });

  it('tells everything at once', () => {
    const parts = { ...channel({ endpoint: 'x', payload: 'text/plain' }), criteria: 'Observation?_sort=date' };
    expect(problems(subscription('', parts as Partial<Resource>))).toHaveLength(3);
  });
});
