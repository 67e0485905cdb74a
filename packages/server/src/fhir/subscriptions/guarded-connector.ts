import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { NetworkPolicy } from './network-policy.js';

/** The receiver has no address that the server sends to. */
export class ReceiverRefused extends Error {
  readonly code = 'RECEIVER_REFUSED';

  constructor() {
    super('The receiver has no address that this server sends to.');
    this.name = 'ReceiverRefused';
  }
}

export type ResolveAll = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects to allowed addresses only. The address that was judged is the one that is connected to: a name that resolves
 * to something else a moment later changes nothing.
 */
export function guardedConnector(
  networks: NetworkPolicy,
  options: { readonly connectTimeoutMs: number; readonly resolveAll?: ResolveAll },
): buildConnector.connector {
  const resolveAll: ResolveAll = options.resolveAll ?? resolve;
  const lookupFor =
    (protocol: 'http:' | 'https:'): LookupFunction =>
    (hostname, wanted, callback) => {
      resolveAll(hostname, { all: true }, (error, addresses) => {
        if (error !== null) {
          callback(error, '', 0);
          return;
        }
        const allowed = addresses.filter(({ address }) => networks.allows(address, protocol));
        if (allowed.length === 0) {
          callback(new ReceiverRefused(), '', 0);
        } else if (wanted.all === true) {
          callback(null, allowed);
        } else {
          callback(null, allowed[0]!.address, allowed[0]!.family);
        }
      });
    };
  const connectors = {
    'http:': buildConnector({ lookup: lookupFor('http:'), timeout: options.connectTimeoutMs }),
    'https:': buildConnector({ lookup: lookupFor('https:'), timeout: options.connectTimeoutMs }),
  };
  return (target, callback) => {
    const protocol = target.protocol === 'https:' ? 'https:' : 'http:';
    // Nothing is looked up for an address that is written out.
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !networks.allows(host, protocol)) {
      callback(new ReceiverRefused(), null);
      return;
    }
    connectors[protocol](target, callback);
  };
}
