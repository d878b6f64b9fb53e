import { isIP } from 'node:net';

/** What a field `Host`, or a request's target, says of the host that is asked. */
export interface HostName {
  /** In lower case, an international name in ASCII, an IPv6 address without brackets, and without a dot at the end. */
  readonly name: string;
  /** As it stands there; undefined for the scheme's own. */
  readonly port: number | undefined;
}

/** A name or an address, and a port (RFC 9110, section 7.2); what stands in it beside that would be taken apart as a URL. */
const HOST = /^(?<name>\[[\da-f:.]+\]|[^\s/\\?#@:[\]%*,]+)(?::(?<port>\d{0,5}))?$/i;

/**
 * What a name or an address is made of. A URL lets more pass, such as `$(reboot).localhost`: a browser takes that to this machine, and
 * the name stands in commands that people paste into a shell.
 */
const NAME = /^[\w.:-]+$/;

/** @returns undefined for what is no host */
export function parseHost(text: string): HostName | undefined {
  const { name: written, port } = HOST.exec(text)?.groups ?? {};
  // An IPv4 address may be written in many ways, which a URL knows.
  const url = written === undefined ? null : URL.parse(`http://${written}/`);
  if (!url) return undefined;
  const name = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return NAME.test(name) ? { name, port: port ? Number(port) : undefined } : undefined;
}

/** Names that no one's name server answers for: `localhost`, what is below it (RFC 6761), and what /etc/hosts calls it. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/;

/** Whether a page of someone else cannot have got there by a name of its own (DNS rebinding). */
export function isOwnAddress(name: string): boolean {
  return isIP(name) !== 0 || LOOPBACK.test(name);
}
