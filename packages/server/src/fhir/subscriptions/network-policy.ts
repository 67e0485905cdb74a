import { BlockList, isIP, isIPv4 } from 'node:net';
import { ConfigError } from '../../platform/config/index.js';

/** Everything that is not a unicast address of the public IPv4 internet (IANA special-purpose address registry). */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** The unicast addresses that IANA hands out; loopback, link-local, unique local and NAT64 lie outside. */
const GLOBAL_IPV6 = '2000::/3';

/** Inside of it: protocols (Teredo carries an IPv4 address), 6to4 (likewise), documentation. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * Which addresses the server may send notifications to: public ones by https, and those of the networks that the operator
 * allows. Without it a subscription could make the server call its own database or a cloud's metadata service.
 */
export class NetworkPolicy {
  readonly #allowed: BlockList;
  readonly #special = blockListOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
  readonly #global = blockListOf([GLOBAL_IPV6]);

  /**
   * @param allowedNetworks CIDR blocks or single addresses.
   * @throws {ConfigError} for one that is not.
   */
  constructor(allowedNetworks: readonly string[]) {
    const faulty = allowedNetworks.filter((network) => parseNetwork(network) === undefined);
    if (faulty.length > 0) {
      throw new ConfigError(
        faulty.map(
          (network) =>
            `SUBSCRIPTION_ALLOWED_NETWORKS: "${network}" is no network. Give CIDR blocks with commas between, e.g. 10.20.0.0/16,fd00::/8.`,
        ),
      );
    }
    this.#allowed = blockListOf(allowedNetworks);
  }

  /**
   * @param address An IP address, without brackets.
   * @param protocol Without TLS only networks that the operator allows: what is sent is health data, or tells of it.
   */
  allows(address: string, protocol: 'http:' | 'https:' = 'https:'): boolean {
    const plain = unmapped(address);
    const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
    if (isIP(plain) === 0) {
      return false;
    }
    if (this.#allowed.check(plain, family)) {
      return true;
    }
    return (
      protocol === 'https:' &&
      !this.#special.check(plain, family) &&
      (family === 'ipv4' || this.#global.check(plain, family))
    );
  }
}

/** The IPv4 address inside of an IPv4-mapped IPv6 address (::ffff:0:0/96), which connects to the same host. */
function unmapped(address: string): string {
  const withoutZone = address.replace(/%.*$/, '');
  if (isIP(withoutZone) !== 6) {
    return withoutZone;
  }
  // The URL parser writes every IPv6 address in one way.
  const canonical = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) {
    return canonical;
  }
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parseNetwork(text: string): Network | undefined {
  const [address = '', length] = text.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (version === 0 || prefix < 0 || prefix > bits || text.split('/').length > 2) {
    return undefined;
  }
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const { address, prefix, family } = parseNetwork(network)!;
    list.addSubnet(address, prefix, family);
  }
  return list;
}
