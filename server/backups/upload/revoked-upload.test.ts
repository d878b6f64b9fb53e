import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../../testing/machine/memory-folder.ts';
import { PART_END, rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { request, upload } from '../../../testing/service/requests.ts';
import { type ServiceHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../../testing/service/tokens.ts';
import { until } from '../../../testing/until.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

describe('an upload that began before its token ended', () => {
  const zip = sampleZip();
  let folder: string;
  let env: Record<string, string>;
  let service: ServiceHere;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-revoked-');
    env = {
      DATABASE_URL: await HISTORY_STORES[0]!.url(folder),
      STORAGE_DIR: join(folder, 'backups'),
      AUDIT_LOG_FILE: join(folder, 'audit.jsonl'),
    };
  });
  afterEach(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  /** @returns what sends the rest of an upload of which half has arrived, and resolves with the answer */
  async function begun(token?: string): Promise<() => Promise<string>> {
    const { connection, chunk } = await half(token);
    return async () => {
      await chunk(Buffer.concat([zip.bytes.subarray(50), Buffer.from(PART_END)]));
      await connection.send('0\r\n\r\n');
      return connection.ended();
    };
  }

  /** @returns an upload of which half has arrived, and what sends a chunk of it */
  async function half(token?: string) {
    const headers = {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      'Transfer-Encoding': 'chunked',
      Connection: 'close',
    };
    const [head, part] = uploadHead('pt_xyz', zip.fileName, headers).split('\r\n\r\n--xyz') as [string, string];
    const connection = await rawConnection(service.url);
    const chunk = (bytes: Buffer) =>
      connection.send(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
    await connection.send(`${head}\r\n\r\n`);
    await chunk(Buffer.concat([Buffer.from(`--xyz${part}`), zip.bytes.subarray(0, 50)]));
    await until('the upload to begin', async () => (await stored()).length === 1);
    return { connection, chunk };
  }

  /** @returns the files of backups, also those that are being received */
  async function stored(): Promise<string[]> {
    const names = await readdir(env['STORAGE_DIR']!, { recursive: true });
    return names.filter(name => /\.(?:zip|part|json)/.test(name));
  }

  const whoami = (token?: string) =>
    request(`${service.url}/-/whoami`, token === undefined ? {} : { headers: bearer(token) });

  async function expectNothingStored(reader: string): Promise<void> {
    expect(await stored()).to.deep.equal([]);
    expect((await request(`${service.url}/`, { headers: bearer(reader) })).json.data).to.deep.equal([]);
    await service.stop();
  }

  async function uploadsInTrail(): Promise<object[]> {
    const lines = (await readFile(env['AUDIT_LOG_FILE']!, 'utf8')).trim().split('\n');
    return lines.map(line => JSON.parse(line)).filter(({ action }) => action === 'upload');
  }

  it('is refused, and nothing of it is stored, when the token was revoked meanwhile', async () => {
    const reader = await createToken(env, { name: 'reader', role: 'read', scope: ['*'] });
    const token = await createToken(env, { name: 'stolen', role: 'upload', scope: ['*'] });
    service = await startServiceHere(env);
    const end = await begun(token);
    await tokenCommand(env, 'revoke', 'stolen');
    await until('the token to end', async () => (await whoami(token)).status === 401);
    const answer = await end();
    expect(answer).to.match(/^HTTP\/1.1 401 /);
    expect(answer).to.include('error="invalid_token"').and.include('The token stolen was revoked on ');
    await expectNothingStored(reader);
    const uploads = await uploadsInTrail();
    expect(uploads).to.have.length(1);
    expect(uploads[0]).to.deep.include({ result: 'refused', token: 'stolen', database_name: 'pt_xyz' });
  });

  it('is cut within seconds of the revocation, however long its client goes on, and gives back its place and its room', async () => {
    const reader = await createToken(env, { name: 'reader', role: 'read', scope: ['*'] });
    const token = await createToken(env, { name: 'stolen', role: 'upload', scope: ['*'] });
    const other = await createToken(env, { name: 'other', role: 'upload', scope: ['*'] });
    env['MAX_PARALLEL_UPLOADS'] = '1';
    service = await startServiceHere(env);
    const { connection, chunk } = await half(token);
    await tokenCommand(env, 'revoke', 'stolen');
    const drip = setInterval(() => void chunk(zip.bytes.subarray(50, 51)), 100);
    await connection.receive(/^HTTP\/1.1 401 .*The token stolen was revoked on /s, 15_000);
    await until('its file is gone', async () => (await stored()).length === 0);
    const next = await upload(service.url, zip, { headers: bearer(other) });
    expect(next.status, next.text).to.equal(201);
    expect((await request(`${service.url}/`, { headers: bearer(reader) })).json.data).to.have.length(1);
    clearInterval(drip);
    connection.socket.destroy();
    await service.stop();
    const uploads = await uploadsInTrail();
    expect(uploads).to.have.length(2);
    const shown = uploads.map(entry => Object.entries(entry).filter(([key]) => key === 'token' || key === 'result'));
    expect(shown.map(pairs => Object.fromEntries(pairs))).to.have.deep.members([
      { token: 'stolen', result: 'refused' },
      { token: 'other', result: 'done' },
    ]);
  });

  it('is stored when the token has only expired meanwhile', async () => {
    const token = await createToken(env, { name: 'night', role: 'upload', scope: ['*'], expires: '1d' });
    service = await startServiceHere(env);
    const end = await begun(token);
    const file = join(env['STORAGE_DIR']!, '.lumbung-tokens ');
    const expired = `"expires_at":"${new Date().toISOString()}"`;
    await writeFile(file, (await readFile(file, 'utf8')).replace(/"expires_at":"[^"]*"/, expired));
    await until('the token to end', async () => (await whoami(token)).status === 401);
    expect((await whoami(token)).json.message).to.match(/^The token night has expired on /);
    expect(await end()).to.match(/^HTTP\/1.1 201 /);
    expect(await stored()).to.include(join('pt_xyz', zip.fileName));
  });

  it('is refused without a token when the first token was made meanwhile', async () => {
    service = await startServiceHere(env);
    const end = await begun();
    const reader = await createToken(env, { name: 'reader', role: 'read', scope: ['*'] });
    await until('the service to be closed', async () => (await whoami()).status === 401);
    expect(await end()).to.match(/^HTTP\/1.1 401 /);
    await expectNothingStored(reader);
  });

  it('is stored when it shows the first token, which was made just before', async () => {
    service = await startServiceHere(env);
    expect((await whoami()).status).to.equal(200);
    const token = await createToken(env, { name: 'first', role: 'upload', scope: ['pt_*'] });
    const end = await begun(token);
    await until('the service to be closed', async () => (await whoami()).status === 401);
    expect(await end()).to.match(/^HTTP\/1.1 201 /);
  });
});
