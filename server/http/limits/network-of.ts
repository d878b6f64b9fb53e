import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The part of an IPv6 address that a provider gives to one customer, who may use any address in it. */
const CUSTOMER_BITS = 64;

/** @returns what stands for one client: an IPv4 address, or the /64 of an IPv6 address; any other text as it is */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone(parsed)}/${CUSTOMER_BITS}`)}/${CUSTOMER_BITS}`;
}

/** A link-local address names its interface: `fe80::1%eth0`. */
function withoutZone(address: ipaddr.IPv6): string {
  return new ipaddr.IPv6(address.parts).toString();
}
