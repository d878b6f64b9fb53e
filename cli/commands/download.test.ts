import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formatReprDigest } from '../../protocol/digest.ts';
import { portOf } from '../../testing/free-port.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { until } from '../../testing/until.ts';
import { CommandError, ConfigurationError, ExplainedError } from '../errors.ts';
import { RESTORE_BY_HAND } from '../restore-guide.ts';
import type { CommandContext } from './command.ts';
import { download } from './download.ts';

type Step = (request: IncomingMessage, response: ServerResponse) => unknown;

const NAME = 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';
const CONTENT = randomBytes(3_000_000);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

describe('download', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let headers: Record<string, string>;
  /** What the service does with the GETs, one after the other; the last does it with all that follow. */
  let script: Step[];
  /** What the service knows of the backup. */
  let worth: string | undefined;
  let asked: { range: string | undefined; ifRange: string | undefined }[];

  before(async () => {
    server = createServer((request, response) => {
      if (request.method === 'HEAD') {
        response.writeHead(200, headers);
        response.end();
        return;
      }
      if (request.url!.endsWith('/manifest')) {
        response.writeHead(worth ? 200 : 404, { 'content-type': 'application/json' }).end(worth);
        return;
      }
      asked.push({ range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined });
      void (script.length > 1 ? script.shift()! : script[0]!)(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${portOf(server)}`;
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-download-'));
    asked = [];
    worth = undefined;
    script = [send()];
    headers = {
      'content-length': String(CONTENT.length),
      'content-disposition': `attachment; filename="${NAME}"`,
      'repr-digest': formatReprDigest(sha256(CONTENT)),
      etag: '"abc"',
    };
  });
  afterEach(() => rm(folder, { recursive: true }));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Answers with the content, or with the part of it that is asked for; may break off after some bytes. */
  function send({ content = CONTENT, breakAt = Number.POSITIVE_INFINITY, ranges = true } = {}): Step {
    return async (request, response) => {
      const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
      const part = content.subarray(from);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': String(part.length),
        ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
      });
      if (part.length <= breakAt) return response.end(part);
      response.write(part.subarray(0, breakAt));
      await sleep(30);
      return response.destroy();
    };
  }

  const run = async (
    output: string | undefined = folder,
    { id = '34', signal = new AbortController().signal } = {},
  ) => {
    const stdout = new PassThrough();
    const context = { env: { SADE_SERVER: url }, stdout, stderr: stdout, signal } as unknown as CommandContext;
    const code = await download(id, output === undefined ? {} : { output }, context);
    stdout.end();
    return { code, said: await text(stdout) };
  };
  const failureOf = (running: Promise<unknown>) =>
    running.then(
      () => expect.fail('it was expected to fail'),
      error => error,
    );
  const isWhole = async (path = join(folder, NAME)) => (await readFile(path)).equals(CONTENT);

  it('writes the file under its own name into the folder, and prints its digest', async () => {
    const { code, said } = await run();
    expect(code).to.equal(0);
    expect(said.split('\n')).to.deep.equal([
      `${join(folder, NAME)}: 2.9 MiB, SHA-256 ${sha256(CONTENT).toString('hex')}`,
      `next: load it into a new database, as ${RESTORE_BY_HAND} shows`,
      '',
    ]);
    expect(await isWhole()).to.equal(true);
    expect(await readdir(folder)).to.deep.equal([NAME]);
    expect((await stat(join(folder, NAME))).mode & 0o777).to.equal(0o600);
  });

  it('warns when the backup is not complete, although the bytes are intact', async () => {
    const state = (state: string) => {
      const record = { id: 34, database_name: 'pt_xyz', file_name: NAME, timestamp: '2026-01-01 00:00:00', size: 1 };
      const more = { repr_digest: 'x', state, findings: [], dump_size: null, dump_sha256: null, received_at: 'x' };
      worth = JSON.stringify({
        data: { ...record, ...more, checked_at: null, damage: null, manifest: null },
        message: 'success',
      });
    };
    for (const bad of ['incomplete', 'unverified', 'damaged']) {
      state(bad);
      const { code, said } = await run(join(folder, `${bad}.zip`));
      expect(code).to.equal(0);
      expect(said).to.contain(`warning: this backup is ${bad.toUpperCase()}; sade show 34 shows why`);
    }
    state('complete');
    expect((await run()).said).not.to.contain('warning');
  });

  it('writes the file under the given name', async () => {
    await run(join(folder, 'my.zip'));
    expect(await isWhole(join(folder, 'my.zip'))).to.equal(true);
  });

  it('takes ids only', async () => {
    for (const id of ['', '0', '-1', '1.5', '1e3', 'abc', '../1', '34/..', '٣'])
      expect(await failureOf(run(folder, { id })), id).to.be.instanceOf(ConfigurationError);
    expect(asked).to.deep.equal([]);
  });

  it('never writes over a file', async () => {
    await writeFile(join(folder, NAME), 'mine');
    await writeFile(join(folder, 'my.zip'), 'mine');
    for (const output of [folder, join(folder, 'my.zip')]) {
      const error = await failureOf(run(output));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.contain('exists already').and.contain('--output');
    }
    expect(await readFile(join(folder, NAME), 'utf8')).to.equal('mine');
    expect(asked).to.deep.equal([]);
  });

  describe('in a folder where others write', () => {
    const part = () => join(folder, `${NAME}.part`);
    const victim = () => join(folder, 'victim');
    const refused = async (why: RegExp) => {
      const error = await failureOf(run());
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.match(why).and.contain('--output');
      expect(asked).to.deep.equal([]);
    };

    it('follows no link that stands where it would write', async () => {
      await writeFile(victim(), 'precious');
      await symlink(victim(), part());
      await refused(/is a link, and is not the partial file of an earlier download/);
      expect(await readFile(victim(), 'utf8')).to.equal('precious');
    });

    it('makes nothing at the end of a link to nowhere', async () => {
      await symlink(victim(), part());
      await refused(/is a link/);
      await rm(part());
      await symlink(victim(), join(folder, NAME));
      await refused(/exists already/);
      expect(await readdir(folder)).to.deep.equal([NAME]);
    });

    it('writes into no file that has a second name', async () => {
      await writeFile(victim(), 'precious');
      await link(victim(), part());
      await refused(/has a second name elsewhere/);
      expect(await readFile(victim(), 'utf8')).to.equal('precious');
    });

    it('writes into no file of another user, and into no pipe or folder', async function () {
      await mkdir(part());
      await refused(/is not an ordinary file/);
      await rm(part(), { recursive: true });
      execFileSync('mkfifo', [part()]);
      await refused(/is not an ordinary file/);
      await rm(part());
      if (process.getuid!() !== 0) return this.skip();
      await writeFile(part(), 'theirs');
      await chown(part(), 12345, 12345);
      await refused(/belongs to another user/);
    });

    it('overwrites no file that was created in its place meanwhile', async () => {
      script = [
        async (request, response) => {
          await writeFile(join(folder, NAME), 'mine');
          send()(request, response);
        },
      ];
      expect((await failureOf(run())).message).to.contain('exists already');
      expect(await readFile(join(folder, NAME), 'utf8')).to.equal('mine');
      expect((await readFile(part())).equals(CONTENT)).to.equal(true);
    });
  });

  describe('the name in the answer', () => {
    it('is used when it follows our grammar, in both spellings', async () => {
      const name = NAME.replace('pt_xyz', 'klien ö & co');
      headers['content-disposition'] = `attachment; filename="x.zip"; filename*=UTF-8''${encodeURIComponent(name)}`;
      await run();
      expect(await readdir(folder)).to.deep.equal([name]);
    });

    it('never leads to another folder', async () => {
      const inner = join(folder, 'inner');
      const dangerous = [
        '../evil.zip',
        '/tmp/evil.zip',
        '..',
        '.',
        '.bashrc',
        'a/b.zip',
        'a\\b.zip',
        '-rf',
        `${'x'.repeat(300)}.zip`,
        NAME.replace('pt_xyz', 'x'.repeat(300)),
        `../${NAME}`,
        `${NAME}/../../evil`,
      ];
      for (const name of dangerous)
        for (const disposition of [
          `attachment; filename="${name}"`,
          `attachment; filename=${name}`,
          `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        ]) {
          await mkdir(inner);
          headers['content-disposition'] = disposition;
          await run(inner);
          expect(await readdir(inner), disposition).to.deep.equal(['backup-34.zip']);
          expect(await readdir(folder), disposition).to.deep.equal(['inner']);
          await rm(inner, { recursive: true });
        }
    });

    it('may be missing or broken', async () => {
      for (const disposition of [
        '',
        'attachment',
        "attachment; filename*=UTF-8''%E0%A4%A",
        "attachment; filename*=UTF-8''%zz",
      ]) {
        headers['content-disposition'] = disposition;
        await run();
        expect(await readdir(folder), disposition).to.deep.equal(['backup-34.zip']);
        await rm(join(folder, 'backup-34.zip'));
      }
    });
  });

  describe('goes on', () => {
    it('where the connection broke, and only if the file is still the same', async function () {
      this.slow(5000);
      script = [send({ breakAt: 1_000_000 }), send({ breakAt: 500_000 }), send()];
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked.map(({ ifRange }) => ifRange)).to.deep.equal([undefined, '"abc"', '"abc"']);
      // What is under way when a connection breaks may be lost: the next attempt begins with what has come.
      const starts = asked.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
      expect(starts[0]).to.be.within(1, 1_000_000);
      expect(starts[1]).to.be.within(starts[0]! + 1, starts[0]! + 500_000);
    });

    it('where an earlier run ended', async () => {
      await writeFile(join(folder, `${NAME}.part`), CONTENT.subarray(0, 2_000_000));
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked.map(({ range }) => range)).to.deep.equal(['bytes=2000000-']);
    });

    it('without asking when an earlier run got all of it', async () => {
      await writeFile(join(folder, `${NAME}.part`), CONTENT);
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked).to.deep.equal([]);
    });

    it('from the beginning when the service supports no ranges', async () => {
      await writeFile(join(folder, `${NAME}.part`), CONTENT.subarray(0, 2_000_000));
      script = [send({ ranges: false })];
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked).to.have.length(1);
    });

    it('from the beginning when there is more than the whole', async () => {
      await writeFile(join(folder, `${NAME}.part`), Buffer.concat([CONTENT, CONTENT]));
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked.map(({ range }) => range)).to.deep.equal([undefined]);
    });

    it("from the beginning when the part of an earlier run turns out to be another file's", async () => {
      await writeFile(join(folder, `${NAME}.part`), randomBytes(2_000_000));
      await run();
      expect(await isWhole()).to.equal(true);
      expect(asked.map(({ range }) => range)).to.deep.equal(['bytes=2000000-', undefined]);
    });
  });

  describe('gives up', () => {
    /** With a limit, since what is looked for here are loops without an end. */
    const within = async (seconds: number, output = folder): Promise<Error & { exitCode?: number }> => {
      const stop = new AbortController();
      using time = new OwnTime();
      const timer = setInterval(() => {
        if (time.ms < seconds * 1000) return;
        stop.abort(new Error(`it was still at it after ${seconds} s and ${asked.length} requests`));
      }, 50);
      try {
        return await failureOf(run(output, { signal: stop.signal }));
      } finally {
        clearInterval(timer);
      }
    };

    it('when the digest is that of another file, and deletes what it received', async () => {
      script = [send({ content: randomBytes(CONTENT.length) })];
      const error = await within(1.5);
      expect(error).to.be.instanceOf(CommandError);
      expect(error.message).to.contain('SHA-256');
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it('when the service sends nothing more, after a limited number of attempts', async () => {
      script = [
        send({ content: CONTENT.subarray(0, 1_000_000) }),
        (_request, response) => response.writeHead(206).end(),
      ];
      expect(await within(1.5)).to.be.instanceOf(CommandError);
      expect(asked.length).to.be.below(20);
    });

    it('when the service sends more bytes than the file has, after a limited number of attempts', async () => {
      script = [send({ content: Buffer.concat([CONTENT, Buffer.from('x')]) })];
      const error = await within(1.5);
      expect(asked.length).to.be.below(20);
      expect(error).to.be.instanceOf(CommandError);
    });

    it('when it gets another part of the file than it asked for', async () => {
      for (const range of ['bytes 0-2999999/3000000', 'bytes 1000000-2999999/9999999', undefined]) {
        script = [
          send({ breakAt: 1_000_000 }),
          (_request, response) =>
            response
              .writeHead(206, range === undefined ? {} : { 'content-range': range })
              .end(CONTENT.subarray(0, 2_000_000)),
        ];
        const error = await within(3, join(folder, `${range?.length}.zip`));
        expect(error).to.be.instanceOf(CommandError);
        expect(error.message).to.contain('answered with a different part of backup');
      }
    });

    it('when the disk has no room for the size that the service reports', async () => {
      headers['content-length'] = String(Number.MAX_SAFE_INTEGER);
      const error = await within(1.5);
      expect(error).to.be.instanceOf(CommandError);
      expect(error.message).to.match(/the backup has 8\S* \w+, and only .+ is free there. Make room/);
      expect(asked).to.deep.equal([]);
    });

    it('when the answer lacks what a check needs', async () => {
      for (const name of ['repr-digest', 'etag', 'content-length']) {
        const { [name]: _, ...rest } = headers;
        const all = headers;
        headers = name === 'content-length' ? { ...rest, 'transfer-encoding': 'chunked' } : rest;
        const error = await within(1.5);
        expect(error, name).to.be.instanceOf(ExplainedError);
        headers = all;
      }
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it("at once when the target can't be written", async () => {
      const error = await within(1, join(folder, 'no', 'such', 'folder', 'a.zip'));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message)
        .to.match(/^there is no folder \S+folder; make it \(mkdir -p \S+folder\), or name another with --output$/)
        .and.not.to.contain('go on from there');
      expect(asked.length).to.be.at.most(1);
    });

    it('with the reason of the abort in the pause between two attempts too', async () => {
      const stop = new AbortController();
      script = [send({ breakAt: 0 })];
      setTimeout(() => stop.abort('stop'), 300);
      expect(await failureOf(run(folder, { signal: stop.signal }))).to.equal('stop');
    });

    it('when it is aborted, and keeps what it has for the next time', async () => {
      const stop = new AbortController();
      script = [
        (_request, response) => {
          response.writeHead(200, { 'content-length': String(CONTENT.length) });
          response.write(CONTENT.subarray(0, 1_000_000));
        },
      ];
      const failure = failureOf(run(folder, { signal: stop.signal }));
      const kept = () => stat(join(folder, `${NAME}.part`)).catch(() => undefined);
      await until('what was sent lies in the file', async () => (await kept())?.size === 1_000_000);
      stop.abort('stop');
      expect(await failure).to.equal('stop');
      expect(await readdir(folder)).to.deep.equal([`${NAME}.part`]);
      expect((await stat(join(folder, `${NAME}.part`))).size).to.equal(1_000_000);
    });
  });
});
