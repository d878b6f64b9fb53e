/** @returns whether what is sent to this host never leaves the machine; goes by the name, and asks nobody */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/i.test(host);
}
