import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../platform/config/index.js';
import { NetworkPolicy } from './network-policy.js';

describe('NetworkPolicy', () => {
  const closed = new NetworkPolicy([]);

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '100::1',
    '5f00::1',
    'not an address',
    '',
  ])('refuses %s', (address) => {
    expect(closed.allows(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('allows %s', (address) => {
    expect(closed.allows(address)).toBe(true);
  });

  it('allows what the operator allows, also when written as an IPv6 address, and nothing beside it', () => {
    const open = new NetworkPolicy(['10.20.0.0/16', 'fd00:1::/32', '127.0.0.1']);
    expect(
      ['10.20.255.255', '::ffff:10.20.0.1', 'fd00:1::5', '127.0.0.1'].map((address) => open.allows(address)),
    ).toEqual([true, true, true, true]);
    expect(
      ['10.21.0.0', '10.19.255.255', 'fd00:2::5', '127.0.0.2', '::1'].map((address) => open.allows(address)),
    ).toEqual([false, false, false, false, false]);
  });

  it('judges an IPv4 address the same in both families', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(closed.allows(`::ffff:${address}`)).toBe(closed.allows(address));
      }),
    );
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'localhost', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/'])(
    'does not start with the network %s',
    (network) => {
      expect(() => new NetworkPolicy([network])).toThrow(ConfigError);
    },
  );
});
