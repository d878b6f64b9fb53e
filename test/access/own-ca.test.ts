import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeToken } from '../../protocol/access/token-text.ts';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';
import { sade } from '../../testing/cli/sade.ts';
import { OWN_CA, SIGNED_CERTIFICATE, SIGNED_KEY } from '../../testing/databases/certificate.ts';
import { portOf } from '../../testing/free-port.ts';

describe('sade and a service with a certificate of an own CA', () => {
  filesOnDisk(); // Deno lets no program read in /dev that may not do everything
  const token = makeToken();
  let folder: string;
  let server: Server;
  let env: Record<string, string>;
  const shown: (string | undefined)[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-ca-'));
    await writeFile(join(folder, 'ca.pem'), OWN_CA);
    await writeFile(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
    server = createServer({ key: SIGNED_KEY, cert: SIGNED_CERTIFICATE }, (request, response) => {
      shown.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[],"message":"Success"}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    env = {
      SADE_SERVER: `https://127.0.0.1:${portOf(server)}`,
      SADE_TOKEN_FILE: join(folder, 'token'),
      SADE_CONFIG: join(folder, 'databases.json'),
    };
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  for (const runtime of ['node', 'deno'] as const) {
    it(`shows its token under ${runtime} once --ca-file names the CA`, async () => {
      shown.length = 0;
      const { code, stdout, stderr } = await sade(['list', '--ca-file', join(folder, 'ca.pem')], { env, runtime });
      expect([code, stderr, stdout]).to.deep.equal([0, '', 'The service has no backups yet.\n']);
      expect(shown).to.deep.equal([`Bearer ${token}`]);
    });

    it(`never shows its token under ${runtime} to a service whose certificate it cannot check`, async () => {
      shown.length = 0;
      const { code, stderr } = await sade(['list'], { env, runtime });
      expect(code).to.equal(1);
      expect(stderr)
        .to.match(/certificate/i)
        .and.contain('--ca-file');
      expect(shown).to.deep.equal([]);
    });
  }
});
