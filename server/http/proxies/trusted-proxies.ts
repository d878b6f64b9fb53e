import ipaddr from 'ipaddr.js';

/** An address, or a range of them with the length of its prefix. */
export type AddressRange = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Reads one entry of TRUST_PROXY: `192.168.0.5`, `10.0.0.0/8`, `::1` or `fd00::/8`.
 * @returns undefined for what is neither an address nor a range
 */
export function parseRange(text: string): AddressRange | undefined {
  const [address, bits, more] = text.split('/');
  const parsed = parseAddress(address!);
  if (!parsed || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  return length > most ? undefined : [parsed, length];
}

/** @returns an address without its port or brackets, one of IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) as IPv4; undefined for other text */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}

/** @returns whether an address is within one of the ranges */
export function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, ranges: readonly AddressRange[]): boolean {
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}
