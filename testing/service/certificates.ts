import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Two certificates of the service, for 127.0.0.1 and localhost, from 2020 to 2120, signed by themselves; they secure nothing but these tests. */
export const FIRST = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5fi6dG+LicIPVFd0
XGi3ctgbIG8OndjMarYKpjW5VL6hRANCAAQH/jIUye2nu1RiraJ+RX00f5nv+/DY
L7iKCuFz277UDSJ6IYBDSKRCvjzdUVNRsKY2Cf9y3eJLyZtEUTUEw2jB
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBcjCCARigAwIBAgIUF3ril/1ANDgvitE9rDUSzPzTFgowCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZmlyc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
MDBaMBAxDjAMBgNVBAMMBWZpcnN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
B/4yFMntp7tUYq2ifkV9NH+Z7/vw2C+4igrhc9u+1A0ieiGAQ0ikQr483VFTUbCm
Ngn/ct3iS8mbRFE1BMNowaNOMEwwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzAR
hwR/AAABgglsb2NhbGhvc3QwHQYDVR0OBBYEFBZAQ4irKjoIg/5y5htAf7SWv7gC
MAoGCCqGSM49BAMCA0gAMEUCICq7sTAzasdDDcp6oMNiM1nDnzd9/0zgnCqtFwT9
n1WBAiEA8Ymr50crNuCzqoj5nGtPzP6xUnex4IUPpqQLQl4fQKY=
-----END CERTIFICATE-----`,
};
export const SECOND = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOxfwoy/vlEP9Iqdn
1xDnJ0Ij09TeOeQK9q8C5WVotbOhRANCAAQ7TTvFtvyADPuueeDB8YU3+4KKLPde
5ev4V19+ZTXu2b9zS6yulaNYTDC0hDmCyWR8gmeV9WVcrxM3DTzD7toJ
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBczCCARqgAwIBAgIUaRe/BdiC5HlEor37q/DSYv7rVBkwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGc2Vjb25kMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjARMQ8wDQYDVQQDDAZzZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQ7TTvFtvyADPuueeDB8YU3+4KKLPde5ev4V19+ZTXu2b9zS6yulaNYTDC0hDmC
yWR8gmeV9WVcrxM3DTzD7toJo04wTDAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQT
MBGHBH8AAAGCCWxvY2FsaG9zdDAdBgNVHQ4EFgQUPpnVaKqW5hwonHP3J9/Nv/oY
XB4wCgYIKoZIzj0EAwIDRwAwRAIgTPhhSjJ7oQTEK1msgYWzsnRabm/dtXSwv/jQ
HkESuY4CIFqR8VSpABRBPvET6XIhP7IQWVypWo4vrgLDCQWXJQIv
-----END CERTIFICATE-----`,
};

/**
 * For the tests of the block that calls it: all in this process that speaks TLS, fetch included, accepts both. The process runs other
 * files as well, so its trust is taken back after them.
 */
export function trustCertificates(): void {
  let known: string[];
  before(() => {
    known = getCACertificates('default');
    setDefaultCACertificates([...known, FIRST.cert, SECOND.cert]);
  });
  after(() => setDefaultCACertificates(known));
}

/** @returns what the action does while this process trusts the CAs that come with Node, and no certificate of tests */
export async function withoutTrust<T>(action: () => Promise<T>): Promise<T> {
  const trusted = getCACertificates('default');
  setDefaultCACertificates(getCACertificates('bundled'));
  try {
    return await action();
  } finally {
    setDefaultCACertificates(trusted);
  }
}
