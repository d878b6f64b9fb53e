import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** @returns whether data sent to this host never leaves the machine; decided by the name alone, without a lookup */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(canonicalHost(host));
}

/** `[::1]`, and 127.0.0.0/8 also as IPv6 writes it. */
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;

/**
 * @param host as it stands in a list: a name or an address; undefined for a socket
 * @returns the same text for all names and addresses of this machine that can be known without asking the network, and for
 *   one other host in each of its spellings; ports do not count
 */
export function machineOf(host: string | undefined): string {
  if (host === undefined) return THIS_MACHINE;
  const name = canonicalHost(host);
  return isLoopback(host) || ownNames().has(name) ? THIS_MACHINE : name;
}

const THIS_MACHINE = 'this machine';

function ownNames(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap(found => found ?? []);
  return new Set([hostname(), ...addresses.map(({ address }) => address)].map(canonicalHost));
}

/** Case, a trailing dot and the many ways to write an address make no other host. An IPv6 address comes out in brackets. */
function canonicalHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const url = `http://${isIPv6(bare) ? `[${bare}]` : bare}`;
  const isPlain = isIPv6(bare) || /^[\w.-]+$/.test(bare);
  return isPlain && URL.canParse(url) ? new URL(url).hostname : bare.toLowerCase();
}
