import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { blocksRunBy } from '../../../testing/docs/pages.ts';
import { FIRST, SECOND, trustCertificates } from '../../../testing/service/certificates.ts';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { request, upload } from '../../../testing/service/requests.ts';
import { startService } from '../../../testing/service/service.ts';
import { refusedHere, type ServiceHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { until } from '../../../testing/until.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { logTo } from '../../log.ts';
import { watchCertificate } from './certificate-watch.ts';

const run = promisify(execFile);

describe('the service with TLS of its own', () => {
  let folder: string;
  let files: { TLS_CERT_FILE: string; TLS_KEY_FILE: string };
  let env: Record<string, string>;
  trustCertificates();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-tls-'));
    await publish(FIRST);
    const live = join(folder, 'live');
    files = { TLS_CERT_FILE: join(live, 'fullchain.pem'), TLS_KEY_FILE: join(live, 'privkey.pem') };
    env = { ...files, DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** As certbot and Kubernetes do it: a new folder, and a link that is replaced. */
  async function publish({ cert, key }: typeof FIRST): Promise<void> {
    const version = join(folder, `version-${randomBytes(4).toString('hex')}`);
    await mkdir(version);
    await writeFile(join(version, 'fullchain.pem'), cert);
    await writeFile(join(version, 'privkey.pem'), key);
    await symlink(version, `${version}-link`);
    await rename(`${version}-link`, join(folder, 'live'));
  }

  it('answers over TLS 1.2 and 1.3, and tells nothing to older clients and to plain HTTP', async () => {
    await using service = await startServiceHere(env);
    expect(service.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await upload(service.url, sampleZip())).status).to.equal(201);
    const { status, headers } = await request(service.url);
    expect({ status, hsts: headers.get('strict-transport-security') }).to.deep.equal({
      status: 200,
      hsts: 'max-age=31536000',
    });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) expect(await handshake(service, version)).to.equal('first');
    expect(await handshake(service, 'TLSv1.1')).to.match(/protocol version|unsupported protocol|PROTOCOL_VERSION/i);
    const plain = await rawConnection(service.url.replace('https:', 'http:'));
    await plain.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await plain.ended()).to.not.contain('HTTP/1.1');
    await until('a line', () => service.output().includes('its address must begin with https://'));
  });

  it('has new connections get a new certificate, while a download goes on', async () => {
    await using service = await startServiceHere(env);
    const zip = sampleZip({ content: randomBytes(20_000_000) });
    const location = (await upload(service.url, zip)).headers.get('location')!;
    const download = await rawConnection(service.url);
    await download.send(`GET ${location} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await download.receive(/\r\n\r\n/);
    download.socket.pause();
    expect(await handshake(service)).to.equal('first');
    await publish(SECOND);
    await service.reload!();
    expect(await handshake(service)).to.equal('second');
    const before = download.received().length;
    expect(before).to.be.lessThan(zip.bytes.length);
    download.socket.resume();
    const answer = await download.ended();
    expect(Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').equals(zip.bytes)).to.equal(true);
    expect(service.output()).to.contain('the new certificate, for ');
  });

  it('keeps its certificate, and logs why, when the new files cannot be used', async () => {
    await using service = await startServiceHere(env);
    const broken: Array<[string, Partial<typeof FIRST>, string]> = [
      ['of different pairs', { cert: SECOND.cert }, 'is not the key of TLS_CERT_FILE'],
      ['no certificate', { cert: 'nonsense' }, 'holds no certificate'],
      ['no key', { key: 'nonsense' }, 'holds no key in PEM format'],
    ];
    for (const [what, change, message] of broken) {
      await publish({ ...FIRST, ...change });
      await service.reload!();
      expect(service.output(), what).to.contain('the last one stays').and.contain(message);
      expect(await handshake(service), what).to.equal('first');
    }
    await rm(join(folder, 'live'));
    await service.reload!();
    expect(service.output()).to.contain(`TLS_CERT_FILE ${files.TLS_CERT_FILE} cannot be read: ENOENT`);
    expect(await handshake(service)).to.equal('first');
    await publish(SECOND);
    await service.reload!();
    expect(await handshake(service)).to.equal('second');
  });

  it('does not start with files that cannot be used, and says which and why', async () => {
    await publish({ cert: SECOND.cert, key: FIRST.key });
    expect((await refusedHere(env)).message).to.equal(
      `TLS_KEY_FILE ${files.TLS_KEY_FILE} is not the key of TLS_CERT_FILE ${files.TLS_CERT_FILE}: give the two that belong together`,
    );
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await publish({ cert: FIRST.cert, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) });
    expect((await refusedHere(env)).message, 'a key of another kind').to.contain('is not the key of');
    const encrypted = join(folder, 'encrypted.pem');
    await writeFile(encrypted, privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes256', passphrase: 'x' }));
    await publish(FIRST);
    expect((await refusedHere({ ...env, TLS_KEY_FILE: encrypted })).message).to.contain('is encrypted');
    expect((await refusedHere({ ...env, TLS_CERT_FILE: '/nowhere.pem' })).message).to.contain('cannot be read: ENOENT');
  });

  it('takes a certificate that is made as the docs show, and curl accepts it by its CA', async () => {
    const [block] = blocksRunBy('server/http/tls/tls.test.ts');
    await run('sh', ['-ec', block!.text], { cwd: folder });
    const [cert, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
    await using service = await startServiceHere({ ...env, TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
    const { stdout } = await run('curl', ['-fsS', '--cacert', join(folder, 'ca.pem'), `${service.url}/-/healthy`]);
    expect(stdout).to.contain('healthy');
  });

  it('sees by itself that the link to the files leads elsewhere', async () => {
    const lines: string[] = [];
    const watch = await watchCertificate(
      { certFile: files.TLS_CERT_FILE, keyFile: files.TLS_KEY_FILE },
      { log: logTo({ write: line => void lines.push(line) }), everyMs: 20 },
    );
    const used: string[] = [];
    watch.start(({ cert }) => void used.push(String(cert)));
    try {
      await publish(SECOND);
      await until('the new certificate', () => used.length > 0);
      expect(used).to.deep.equal([SECOND.cert]);
      expect(String(watch.current.key)).to.equal(SECOND.key);
    } finally {
      watch.stop();
    }
    const before = lines.length;
    await publish(FIRST);
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(lines).to.have.length(before);
  });

  it('reads the certificate again at SIGHUP, and stops at once while a client is in a handshake', async () => {
    await using service = await startService(env);
    await publish(SECOND);
    process.kill(service.pid, 'SIGHUP');
    await until('the new certificate', () => service.output().includes('the new certificate'));
    expect(await handshake(service)).to.equal('second');
    const silent = await rawConnection(service.url.replace('https:', 'http:'));
    const start = Date.now();
    expect(await service.stop()).to.equal(0);
    expect(Date.now() - start).to.be.lessThan(8_000);
    await silent.ended();
  });
});

/** @returns the name in the certificate that a new connection gets, or why it gets none */
async function handshake({ url }: Pick<ServiceHere, 'url'>, version?: SecureVersion): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const versions = version && { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
  const socket = connect({ host, port: Number(port), ca: [FIRST.cert, SECOND.cert], ...versions });
  try {
    await once(socket, 'secureConnect');
    return String(socket.getPeerCertificate().subject.CN);
  } catch (error) {
    return (error as Error).message;
  } finally {
    socket.destroy();
  }
}
