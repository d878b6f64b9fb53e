import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { COMPILE_CACHE } from '../testing/compile-cache.ts';
import { sharedMariaDb } from '../testing/databases/mariadb.ts';
import { freePort } from '../testing/free-port.ts';
import { OwnTime } from '../testing/own-time.ts';
import { PART_END, partHead, rawConnection } from '../testing/service/raw-http.ts';
import { graphql, request, upload } from '../testing/service/requests.ts';
import { historyStores } from '../testing/service/running-app.ts';
import { type Service, startInVain, startService } from '../testing/service/service.ts';
import { refusedHere, startServiceHere } from '../testing/service/service-here.ts';
import { until } from '../testing/until.ts';
import { sampleZip } from '../testing/zips/sample-zip.ts';

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

for (const store of historyStores)
  describe(`node server/main.ts (${store.name})`, function () {
    this.timeout(60_000);
    let folder: string;
    let env: Record<string, string>;
    let service: Service | undefined;
    /** What no store has a part in. */
    const itOnce = store === historyStores[0] ? it : () => {};
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lumbung-main-'));
      env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') };
    });
    afterEach(async () => {
      await service?.kill();
      service = undefined;
      await rm(folder, { recursive: true });
    });

    const storedFiles = async () =>
      (await readdir(env.STORAGE_DIR!, { recursive: true, withFileTypes: true }))
        .map(entry => entry.name)
        .filter(name => /\.(?:zip|json|part)$/.test(name));

    const storedZips = async () => (await storedFiles()).filter(name => !name.endsWith('.zip.json')).sort();

    /** Sends half of an upload. @returns the connection and what is still to be sent */
    async function uploadHalf(url: string, zip = sampleZip({ content: Buffer.alloc(3_000_000, 'x') })) {
      const body = Buffer.concat([Buffer.from(partHead(zip.fileName)), zip.bytes, Buffer.from(PART_END)]);
      const connection = await rawConnection(url);
      await connection.send(
        `POST /${zip.database} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      const middle = Math.floor(body.length / 2);
      await connection.send(body.subarray(0, middle));
      await until('one unfinished file', async () => {
        const unfinished = (await storedFiles()).filter(name => name.endsWith('.part'));
        return unfinished.length === 1;
      });
      return { connection, zip, rest: body.subarray(middle) };
    }

    it('keeps its history over a restart', async () => {
      const zip = sampleZip();
      const first = await startServiceHere(env);
      const { json } = await upload(first.url, zip);
      await first.stop();
      await using second = await startServiceHere(env);
      expect((await request(second.url)).json.data[0].latest_backup.id).to.equal(json.data.id);
      const again = await upload(second.url, zip);
      expect({ status: again.status, json: again.json }).to.deep.equal({ status: 200, json });
    });

    // Nothing of an upload is in the history before its end, so the store has no part in this.
    itOnce(
      'kill -9 in the middle of an upload leaves no record and, after a restart, no stray file; a retry succeeds',
      async () => {
        const compiled = join(folder, 'compiled');
        service = await startService({ ...env, NODE_COMPILE_CACHE: compiled });
        const { zip } = await uploadHalf(service.url);
        await service.kill();
        const { length } = await readdir(compiled, { recursive: true });
        expect(length, 'what it has compiled is there for the next start').to.be.greaterThan(500);
        await using next = await startServiceHere(env);
        expect(await storedFiles()).to.deep.equal([]);
        expect(next.output()).to.contain('removed 1 unfinished uploads');
        expect((await request(next.url)).json.data).to.deep.equal([]);
        expect((await upload(next.url, zip)).status).to.equal(201);
      },
    );

    itOnce('SIGTERM ends subscriptions, lets an upload and a download finish, and ends with exit code 0', async () => {
      service = await startService(env);
      const listening = await subscribe(service.url);
      const big = sampleZip({ content: randomBytes(30_000_000) });
      const location = (await upload(service.url, big)).headers.get('location')!;
      await listening.receive(/"backupReceived":\{"id":"1"\}/);
      const { connection, rest, zip } = await uploadHalf(service.url);
      const download = await rawConnection(service.url);
      await download.send(`GET ${location} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await download.receive(/Content-Length/);
      download.socket.pause();
      const idle = await rawConnection(service.url);
      await idle.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await idle.receive(/Success/);

      const stopped = service.stop('SIGTERM');
      await idle.ended();
      expect(await listening.ended(), 'while others are not finished').to.match(/event: complete/);
      expect(await fetch(service.url).catch(() => 'refused')).to.equal('refused');
      expect(await Promise.race([stopped, pause(200).then(() => 'still running')])).to.equal('still running');
      await connection.send(rest);
      await connection.receive(/^HTTP\/1.1 201 /);
      download.socket.resume();
      const answer = await download.ended();
      expect(answer.length - answer.indexOf('\r\n\r\n') - 4).to.equal(big.bytes.length);
      using time = new OwnTime();
      expect(await stopped).to.equal(0);
      expect(time.ms, 'it waits for nothing else').to.be.lessThan(10_000); // running requests get 30 s
      expect(await storedZips()).to.deep.equal([big.fileName, zip.fileName].sort());
    });

    /** Listens for backups, as GraphQL clients do. */
    async function subscribe(url: string) {
      const connection = await rawConnection(url);
      const body = JSON.stringify({ query: 'subscription { backupReceived { id } }' });
      await connection.send(
        `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      await connection.receive(/text\/event-stream/);
      return connection;
    }

    itOnce('does not show its schema with GRAPHQL_INTROSPECTION=off', async () => {
      await using closed = await startServiceHere({ ...env, GRAPHQL_INTROSPECTION: 'off' });
      const { text } = await graphql(closed.url, '{ __schema { types { name } } }');
      expect(text).to.contain('GRAPHQL_VALIDATION_FAILED').and.not.contain('"types"');
    });

    itOnce('a second signal ends it at once', async () => {
      service = await startService(env);
      await uploadHalf(service.url);
      const stopped = service.stop('SIGTERM');
      await until('the first signal is noticed', () => service!.output().includes('finishes what is running'));
      using time = new OwnTime();
      process.kill(service.pid, 'SIGINT');
      expect(await stopped).to.equal(130);
      expect(time.ms).to.be.lessThan(2_000);
    });

    it('warns of stored files without records and of records without files, and touches neither', async () => {
      const first = await startServiceHere(env);
      const [kept, lost, stray] = [sampleZip(), sampleZip({ database: 'lost' }), sampleZip({ database: 'stray' })];
      await upload(first.url, kept);
      await upload(first.url, lost);
      await first.stop();
      await rm(join(env.STORAGE_DIR!, 'lost'), { recursive: true });
      await mkdir(join(env.STORAGE_DIR!, 'stray'));
      await writeFile(join(env.STORAGE_DIR!, 'stray', stray.fileName), stray.bytes);
      await using service = await startServiceHere(env);
      await service.orphansReported;
      expect(service.output()).to.contain('"unrecorded":1').and.contain('"missing":1');
      expect(await storedZips()).to.deep.equal([kept.fileName, stray.fileName].sort());
      expect((await upload(service.url, lost)).status).to.equal(200);
      expect((await upload(service.url, stray)).status).to.equal(201);
    });

    it('writes nothing but JSON lines, and no secret', async () => {
      service = await startService(env);
      await upload(service.url, sampleZip());
      await request(`${service.url}/nowhere?token=s3cret`, {
        headers: { authorization: 'Bearer s3cret', cookie: 's3cret' },
      });
      await service.stop();
      const lines = service
        .output()
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      expect(lines.find(({ url }) => url)).to.include({ url: service.url });
      expect(lines.filter(({ request_id }) => request_id)).to.have.length(2);
      for (const line of lines) expect(Object.keys(line).join(), line.msg).to.match(/^[a-z_,]+$/);
      expect(service.output()).to.not.contain('s3cret');
      if (store.name === 'MariaDB') expect(service.output()).to.not.contain((await sharedMariaDb()).password);
    });
  });

describe('node server/main.ts does not start', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-vain-'));
    await writeFile(join(folder, 'file'), '');
  });
  after(() => rm(folder, { recursive: true }));

  const base = () => ({ DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: `${folder}/backups` });

  async function expectRefusal(env: Record<string, string>, args: string[], ...wanted: string[]): Promise<void> {
    const { code, output } = await startInVain({ ...base(), ...env }, args);
    expect(code).to.equal(1);
    const lines = output.trim().split('\n');
    expect(lines, output).to.have.length(1);
    for (const text of ['Lumbung cannot start', ...wanted]) expect(JSON.parse(lines[0]!).msg).to.contain(text);
    expect(output).to.not.contain('    at ').and.not.contain('s3cret');
  }

  /** In this process: what the process itself writes then is shown by the tests of others. */
  async function expectRefusalHere(
    env: Record<string, string>,
    command: 'start' | 'rebuild',
    ...wanted: string[]
  ): Promise<void> {
    const { message, output } = await refusedHere({ ...base(), ...env }, command);
    expect(output, 'it logs nothing else').to.equal('');
    for (const text of wanted) expect(message).to.contain(text);
    expect(message).to.not.contain('\n').and.not.contain('s3cret');
  }

  it('with a storage or a history below /proc, where Node would try for ever to create a folder', async () => {
    await expectRefusal({ STORAGE_DIR: '/proc/x/y' }, [], 'STORAGE_DIR /proc/x/y', 'no folder can be made in /proc,');
    await expectRefusal({ DATABASE_URL: 'sqlite:/proc/x/y.sqlite' }, [], 'no folder can be made in /proc,');
  });

  it('with errors in its configuration, and names all of them', () =>
    expectRefusal(
      { PORT: 'x', UPLOAD_IDLE_TIMEOUT_SECONDS: '-1', DATABASE_URL: 'mysql://u:s3cret@h' },
      [],
      'PORT',
      'UPLOAD_IDLE',
      'DATABASE_URL',
    ));

  it('without its history store', () =>
    expectRefusalHere(
      { DATABASE_URL: 'mysql://u:s3cret@127.0.0.1:1/history' },
      'start',
      'mysql://u@127.0.0.1:1/history',
      'start the database server',
    ));

  it('with unknown arguments, and lists the known ones', async () => {
    for (const args of [['rebuilt'], ['rebuild', '--force'], ['--verbose']])
      await expectRefusal({}, args, `"${args.join(' ')}"`, 'No argument runs the service', 'rebuild');
  });

  it('with a storage folder that is not writable', () =>
    expectRefusalHere({ STORAGE_DIR: `${folder}/file/backups` }, 'start', 'STORAGE_DIR'));

  it('beside another service on the same storage, and does not delete the uploads of that one', async () => {
    const env = { DATABASE_URL: `sqlite:${folder}/two.sqlite`, STORAGE_DIR: `${folder}/two` };
    await using _service = await startService(env);
    await mkdir(`${folder}/two/pt_xyz`);
    await writeFile(`${folder}/two/pt_xyz/.0123456789abcdef.part`, 'on its way');
    for (const command of ['start', 'rebuild'] as const) await expectRefusalHere(env, command, 'another Lumbung uses');
    expect(await readdir(`${folder}/two/pt_xyz`)).to.have.length(1);
  });

  it('twice on the same address', async () => {
    const env = { DATABASE_URL: `sqlite:${folder}/first.sqlite`, STORAGE_DIR: `${folder}/first` };
    await using service = await startServiceHere(env);
    await expectRefusalHere({ PORT: new URL(service.url).port }, 'start', 'cannot listen on');
  });

  describe('on a different storage than its history knows:', function () {
    this.timeout(60_000);
    let env: { DATABASE_URL: string; STORAGE_DIR: string };
    let disk: string;
    const zip = sampleZip();
    const marker = () => join(disk, '.lumbung-storage ');
    beforeEach(async () => {
      const place = await mkdtemp(join(folder, 'storage-'));
      disk = join(place, 'disk');
      env = { DATABASE_URL: `sqlite:${place}/history.sqlite`, STORAGE_DIR: disk };
      await using service = await startServiceHere(env);
      expect((await upload(service.url, zip)).status).to.equal(201);
    });

    const expectBackup = async (more: Record<string, string> = {}) => {
      await using service = await startServiceHere({ ...env, ...more });
      expect((await request(`${service.url}/1/download`)).status).to.equal(200);
    };

    it('only the mount point is there', async () => {
      await rename(disk, `${disk}.away`);
      for (const command of ['start', 'rebuild'] as const)
        await expectRefusalHere(env, command, 'is its disk mounted?', 'ALLOW_EMPTY_STORAGE=on');
      expect(await readdir(dirname(disk))).to.not.include('disk');
      await mkdir(disk);
      await expectRefusalHere(env, 'start', 'is its disk mounted?');
      expect(await readdir(disk)).to.deep.equal([]);
    });

    it('an old storage comes back after the service was started with ALLOW_EMPTY_STORAGE', async () => {
      await rename(disk, `${disk}.away`);
      {
        await using service = await startServiceHere({ ...env, ALLOW_EMPTY_STORAGE: 'on' });
        expect((await request(service.url)).json.data).to.have.length(1);
        expect(service.output()).to.contain('ALLOW_EMPTY_STORAGE is on');
      }
      await rm(disk, { recursive: true });
      await rename(`${disk}.away`, disk);
      await expectRefusalHere(env, 'start', 'it contains the storage', 'is the right disk mounted');
      await expectBackup({ ALLOW_EMPTY_STORAGE: 'on' });
      await expectBackup();
    });

    it('the folder is empty, and so is the history', async () => {
      const fresh = { DATABASE_URL: `${env.DATABASE_URL}-fresh`, STORAGE_DIR: `${disk}-fresh` };
      await (await startServiceHere(fresh)).stop();
      await rm(fresh.STORAGE_DIR, { recursive: true });
      await expectRefusalHere(fresh, 'start', 'is its disk mounted?');
    });

    it('the marker was not copied along', async () => {
      await rm(marker());
      await expectRefusalHere(env, 'start', "only its marker '.lumbung-storage '");
      await expectBackup({ ALLOW_EMPTY_STORAGE: 'on' });
      await expectBackup();
    });

    it('the marker is not readable', async () => {
      await writeFile(marker(), '');
      await expectRefusalHere(env, 'start', 'contains no storage id');
    });

    it('the history is another one, or was lost: no one would notice a loss, and ids would be given twice', async () => {
      const lost = { ...env, DATABASE_URL: `${env.DATABASE_URL}-new` };
      await expectRefusalHere(
        lost,
        'start',
        'The history is empty',
        'records of 1',
        'rebuild',
        'ALLOW_EMPTY_HISTORY=on',
      );
      {
        await using service = await startServiceHere({ ...lost, ALLOW_EMPTY_HISTORY: 'on' });
        expect((await request(service.url)).json.data).to.deep.equal([]);
      }
      expect((await startInVain(lost, ['rebuild'])).code, 'the process').to.equal(0);
      await using service = await startServiceHere(lost);
      expect((await request(`${service.url}/1/download`)).status).to.equal(200);
    });

    it('the marker is there, and none of the backups', async () => {
      await rm(join(disk, zip.database), { recursive: true });
      await expectRefusalHere(env, 'start', '1 backups', 'ALLOW_EMPTY_STORAGE=on');
    });

    it('but accepts the storage that is there when the history knows no storage, as after an upgrade', async () => {
      const history = new DatabaseSync(env.DATABASE_URL.slice('sqlite:'.length));
      history.exec('delete from known_storages');
      await rm(marker());
      await expectBackup();
      const { id } = JSON.parse(await readFile(marker(), 'utf8'));
      expect(history.prepare('select id from known_storages').all()).to.deep.equal(
        [{ id }].map(row => Object.assign(Object.create(null), row)),
      );
      history.close();
      await rm(marker());
      await expectRefusalHere(env, 'start', id);
    });
  });
});

describe('node server/main.ts with a log that cannot be written', () => {
  it('starts and answers anyway', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-full-log-'));
    const port = await freePort();
    const env = {
      ...{ PATH: process.env.PATH, PORT: String(port), ...COMPILE_CACHE },
      DATABASE_URL: `sqlite:${folder}/h.sqlite`,
      STORAGE_DIR: `${folder}/b`,
    };
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, ['server/main.ts'], { env, stdio: ['ignore', full.fd, 'ignore'] });
    try {
      let answer: Response | undefined;
      await until('an answer', async () => {
        answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
        return answer !== undefined;
      });
      expect(answer?.status).to.equal(200);
      for (let i = 0; i < 50; i++) expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);
      expect(child.exitCode).to.equal(null);
    } finally {
      child.kill();
      await once(child, 'exit');
      await full.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('node server/main.ts on a terminal', () => {
  it('is readable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-tty-'));
    const stores = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: `${folder}/b` };
    const env = { ...process.env, ...COMPILE_CACHE, PORT: '0', PUBLIC_URL: 'https://b.example/x', ...stores };
    const child = spawn('script', ['-qec', `${process.execPath} server/main.ts`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let text = '';
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.includes('/-/ui')) break;
    }
    child.kill();
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
    expect(text)
      .to.match(/Lumbung listens on http:\/\/127\.0\.0\.1:\d+ \(dashboard: https:\/\/b\.example\/x\/-\/ui\)/)
      .and.not.contain('{"level"');
  });
});
