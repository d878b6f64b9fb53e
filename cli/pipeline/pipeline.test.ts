import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { formatReprDigest } from '../../protocol/digest.ts';
import { finding } from '../../protocol/finding.ts';
import { emptyInventory, type Manifest } from '../../protocol/manifest.ts';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { fakeMysqldump } from '../../testing/cli/fake-mysqldump.ts';
import { OwnClock } from '../../testing/fast-clock.ts';
import { portOf } from '../../testing/free-port.ts';
import { pin } from '../../testing/machine/mounts.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { answerWith } from '../../testing/service/answer-with.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { ServiceToken } from '../config/secret-file.ts';
import { ExplainedError } from '../errors.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import type { Outcome } from '../report/outcome.ts';
import { Spool } from '../spool/spool.ts';
import { type PipelineOptions, runPipeline } from './pipeline.ts';

const never = new AbortController().signal;
/** Dumps that differ: the database stands last among the arguments. */
const GOOD = 'for database; do :; done; header; echo "-- of $database"; echo "CREATE TABLE \\`t\\` (i int);"; marker';

/** What a preflight says when all is well. */
const allSeen: SourceReport = {
  server: { flavour: 'mariadb', version: '10.11.19' },
  objects: { ...emptyInventory(), tables: ['t'] },
  estimatedBytes: 100,
  isEncrypted: false,
  findings: [],
  fallbackOptions: [],
};

describe('pipeline', () => {
  let folder: string;
  let spool: Spool;
  let server: Server;
  let url: URL;
  let serve: (request: IncomingMessage, response: ServerResponse) => unknown;
  let uploads: string[];
  let warnings: string[];
  let preflight: PipelineOptions['preflight'];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-pipeline-'));
    spool = await Spool.open(join(folder, 'work'));
    await mkdir(join(folder, 'bin'));
    uploads = [];
    warnings = [];
    preflight = async () => allSeen;
    serve = accept;
    server = createServer((request, response) => answerWith(serve, request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${portOf(server)}/`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const spooled = () => readdir(spool.folder);

  /** Takes the zip as the real service would, and tells what it got. */
  const accept = (request: IncomingMessage, response: ServerResponse) => acceptAs(request, response);

  /** @param lies what the answer has instead */
  const acceptAs = async (
    request: IncomingMessage,
    response: ServerResponse,
    { status = 201, ...lies }: Readonly<Record<string, unknown>> & { readonly status?: number } = {},
  ) => {
    const body = await buffer(request);
    const fileName = /filename="([^"]+)"/.exec(body.toString('latin1'))?.[1] ?? '';
    const start = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
    const zip = body.subarray(start, body.lastIndexOf('\r\n--'));
    const manifest = /name="manifest"\r\n\r\n(.*)\r\n/.exec(body.toString('latin1'))?.[1];
    if (manifest === undefined) return; // Deno's server calls a request complete that was broken off
    const { state, findings, dump }: Manifest = JSON.parse(String(Buffer.from(manifest, 'latin1')));
    const repr_digest = formatReprDigest(createHash('sha256').update(zip).digest());
    const id = uploads.push(fileName);
    const database_name = decodeURIComponent(request.url!.slice(1));
    const data = {
      id,
      database_name,
      file_name: fileName,
      timestamp: '2026-01-01 00:00:00',
      size: zip.length,
      repr_digest,
      ...{ state, findings, dump_size: dump.size, dump_sha256: dump.sha256, received_at: '2026-01-01T00:00:00.000Z' },
      ...lies,
    };
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data, message: 'success' }));
  };

  /** @param databases such as `db_1`, or `db_1@host` */
  const run = async (
    databases: string[],
    dumpScript: string,
    {
      signal = never,
      workers = { dump: 2, zip: 2, upload: 2 },
      retries = 0,
      timeoutMs = 60_000,
      dumpsPerHost = 9,
      tokens = new Map<string, ServiceToken>(),
    } = {},
  ): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    const client = await fakeMysqldump(join(folder, 'bin'), dumpScript);
    await spool.sweep();
    for await (const outcome of runPipeline({
      sources: databases.map((name): DatabaseSource => {
        const [database, host = 'h'] = name.split('@') as [string, string?];
        return {
          ...{ label: database, database, host, port: 1, user: 'u', password: 'geheim' },
          ...{ dumpOptions: [], shrinkLimitPercent: 50 },
        };
      }),
      pendingUploads: await spool.pendingUploads(),
      workers,
      dumpsPerHost,
      level: 6,
      clients: { for: () => client, all: [client] },
      preflight,
      spool,
      access: { server: url },
      tokens,
      timeoutMs,
      retries,
      progress: { onStart: () => {}, onProgress: () => {} },
      warn: message => void warnings.push(message),
      signal,
    }))
      outcomes.push(outcome);
    return outcomes;
  };
  const names = (length: number) => Array.from({ length }, (_, index) => `db_${index}`);

  it('says what to check when the time of a database is over during its upload, and keeps the zip', async () => {
    serve = () => {};
    const within = async (seconds: number) => (await run(['small'], GOOD, { timeoutMs: seconds * 1000 }))[0];
    // On a busy machine the time may be over before the upload begins.
    let [seconds, outcome] = [2, await within(2)];
    for (; outcome!.failure!.stage !== 'upload' && seconds < 20; outcome = await within(seconds)) seconds *= 3;
    expect(outcome!.failure).to.deep.include({ stage: 'upload' });
    expect(outcome!.failure!.message).to.contain(`longer than the ${seconds} s`);
    expect(outcome!.failure!.advice).to.contain('Check the log of the service').and.contain('--timeout');
    expect(outcome!.failure!.keptAt).to.be.a('string');
  });

  describe('of a receipt that is not to be believed', () => {
    const answeredBy = async (lies: Readonly<Record<string, unknown>>) => {
      serve = (request, response) => acceptAs(request, response, lies);
      const [outcome] = await run(['small'], GOOD);
      return outcome!;
    };

    for (const [what, lies, message] of [
      ['damaged', { state: 'damaged' }, /its stored file is damaged/],
      ['of a dump of another size', { dump_size: 7 }, /the dump in the zip has 7 bytes/],
      ['with an id that no database counts to', { id: 1e300 }, /not one of Lumbung's service/],
      ['with the status 202', { status: 202 }, /answered an upload by 202/],
      ['with the status 206', { status: 206 }, /answered an upload by 206/],
    ] as const)
      it(`keeps the zip when it is ${what}, and fails with what to do`, async () => {
        const { state, failure } = await answeredBy(lies);
        expect(state).to.equal('failed');
        expect(failure).to.deep.include({ stage: 'upload' });
        expect(failure!.message).to.match(message);
        expect(failure!.advice).to.match(/\w/);
        expect((await spooled()).map(name => join(spool.folder, name))).to.include(failure!.keptAt);
      });

    for (const worth of ['incomplete', 'unverified'])
      it(`says so when it is ${worth} and gives no reason, with what to do`, async () => {
        const { state, findings } = await answeredBy({ state: worth });
        expect(state).to.equal('incomplete');
        expect(findings.map(({ code }) => code)).to.deep.equal(['NO_REASON_GIVEN']);
        expect(findings[0]!.message).to.contain(`as ${worth}`);
        expect(findings[0]!.advice).to.contain('sade show 1');
      });
  });

  it('takes every database through all stages, each exactly once, and leaves nothing', async () => {
    const outcomes = await run(names(25), GOOD);
    expect(outcomes.map(({ state }) => state)).to.deep.equal(Array(25).fill('complete'));
    expect(outcomes.map(({ database }) => database)).to.have.members(names(25));
    expect(new Set(uploads).size).to.equal(25);
    for (const { fileName, sha256, dumpBytes, zipBytes, backupId } of outcomes) {
      expect(uploads[backupId! - 1]).to.equal(fileName);
      expect(sha256).to.match(/^[\da-f]{64}$/);
      expect(dumpBytes).to.be.above(50);
      expect(zipBytes).to.be.above(100);
    }
    expect(await spooled()).to.deep.equal([]);
  });

  it('lets no failure of one database touch another', async () => {
    const outcomes = await run(
      names(9),
      `for database; do :; done; case $database in db_3) exit 2;; db_5) header; exit 0;; db_7) kill -9 $$;; esac; ${GOOD}`,
    );
    const failed = outcomes.filter(({ state }) => state === 'failed');
    expect(failed.map(({ database }) => database)).to.have.members(['db_3', 'db_5', 'db_7']);
    for (const { failure } of failed) expect(failure).to.include({ stage: 'dump' }).and.not.to.have.property('keptAt');
    expect(uploads).to.have.length(6);
    expect(await spooled()).to.deep.equal([]);
  });

  // Deno can't be shown other cores than there are; the deaths of the thread are tried on it in dump-observers.test.ts.
  if (!('Deno' in globalThis))
    it('loses no backup to the death of the thread that observes large dumps, and warns once', async () => {
      const { availableParallelism } = os;
      const setCores = (cores: typeof availableParallelism) => {
        os.availableParallelism = cores;
        syncBuiltinESMExports();
      };
      const started: Worker[] = [];
      const onWorker = (worker: Worker) => {
        started.push(worker);
        worker.postMessage(null);
      };
      preflight = async () => ({ ...allSeen, estimatedBytes: 256 * 1024 ** 2 });
      process.on('worker', onWorker);
      setCores(() => 8);
      try {
        const outcomes = await run(names(4), GOOD, { workers: { dump: 2, zip: 2, upload: 1 } });
        expect(outcomes.map(({ state, tables }) => [state, tables])).to.deep.equal(Array(4).fill(['complete', 1]));
      } finally {
        setCores(availableParallelism);
        process.off('worker', onWorker);
      }
      expect(started).to.have.length(1);
      expect(warnings).to.have.length(1);
    });

  it('keeps the zips that could not be delivered, and delivers them first the next time', async () => {
    serve = (_request, response) => response.destroy();
    const first = await run(names(3), GOOD);
    expect(first.map(({ failure }) => failure?.stage)).to.deep.equal(['upload', 'upload', 'upload']);
    expect(await spooled()).to.have.members(first.flatMap(({ fileName }) => [fileName, `${fileName}.json`]));
    for (const { failure, fileName } of first) expect(failure!.keptAt).to.equal(spool.pathOf(fileName));

    serve = accept;
    const second = await run(['other'], `sleep 0.3; ${GOOD}`);
    expect(second.map(({ state }) => state)).to.deep.equal(Array(4).fill('complete'));
    expect(second.filter(({ isLeftover }) => isLeftover).map(({ fileName }) => fileName)).to.have.members(
      first.map(({ fileName }) => fileName),
    );
    expect(uploads.at(-1)).to.contain('-other-');
    expect(await spooled()).to.deep.equal([]);
  });

  it('tells what is wrong with a backup also when it could not be delivered', async () => {
    serve = (_request, response) => response.destroy();
    const [outcome] = await run(['a'], `complain "mysqldump: Couldn't execute 'x'"; ${GOOD}`);
    expect(outcome!.failure).to.include({ stage: 'upload' });
    expect(outcome!.findings.map(({ code }) => code)).to.deep.equal(['DUMP_STDERR_ERROR']);
    expect(outcome).to.include({ tables: 1, rows: 0 });
  });

  it('keeps the zip of an upload whose record is not ours', async () => {
    serve = async (request, response) => {
      await buffer(request);
      const data = {
        id: 1,
        database_name: 'a',
        file_name: 'b',
        timestamp: '2026-01-01 00:00:00',
        size: 1,
        repr_digest: 'x',
        ...{ state: 'complete', findings: [], dump_size: null, dump_sha256: null, received_at: 'x' },
      };
      response.writeHead(201).end(JSON.stringify({ data, message: 'success' }));
    };
    const [outcome] = await run(['a'], GOOD);
    expect(outcome!.state).to.equal('failed');
    expect(await spooled()).to.have.members([outcome!.fileName, `${outcome!.fileName}.json`]);
  });

  describe('that cannot say that all is in it', () => {
    it('ends as incomplete, with what the preflight found', async () => {
      const missing = finding('TRIGGERS_NOT_GRANTED', 'the user may not see triggers', 'GRANT TRIGGER …');
      preflight = async () => ({ ...allSeen, findings: [missing] });
      const [outcome] = await run(['a'], GOOD);
      expect(outcome).to.deep.include({ state: 'incomplete', findings: [missing], tables: 1, rows: 0, backupId: 1 });
      expect(await spooled()).to.deep.equal([]);
    });

    it('ends as incomplete when the preflight could not look', async () => {
      preflight = async () => {
        throw new ExplainedError('no way in', { advice: 'Knock.' });
      };
      const [outcome] = await run(['a'], GOOD);
      expect(outcome!.state).to.equal('incomplete');
      expect(outcome!.findings.map(({ code }) => code)).to.deep.equal(['RIGHTS_UNKNOWN']);
      expect(outcome!.findings[0]!.message).to.contain('no way in');
    });

    it('fails with what mysqldump says when both cannot get in', async () => {
      preflight = async () => {
        throw new ExplainedError('no way in');
      };
      const [outcome] = await run(['a'], "complain 'Got error: 1045: Access denied'; exit 2");
      expect(outcome!.failure!.message).to.contain('1045');
    });

    it('names what the server shows and the dump lacks', async () => {
      preflight = async () => ({ ...allSeen, objects: { ...allSeen.objects, tables: ['t', 'gone'], views: ['v'] } });
      const [outcome] = await run(['a'], GOOD);
      expect(outcome!.state).to.equal('incomplete');
      const message = outcome!.findings.map(({ code, message }) => `${code} ${message}`).join('\n');
      expect(message).to.contain('OBJECTS_MISSING').and.contain('gone').and.contain('v');
    });

    it('makes the fallback options of the preflight, and not those of another database', async () => {
      preflight = async ({ database }) => ({ ...allSeen, fallbackOptions: database === 'a' ? ['--skip-events'] : [] });
      const script = `case "$*" in *--skip-events*) echo "-- without events";; *) echo "-- with";; esac; ${GOOD}`;
      const sizes = (await run(['a', 'b'], script)).map(({ database, dumpBytes }) => [database, dumpBytes]);
      const size = Object.fromEntries(sizes) as Record<string, number>;
      expect(size.a! - size.b!).to.equal('out events'.length);
    });

    it('is incomplete in its manifest, and is never reported as complete, for any answer of the service', async () => {
      preflight = async () => ({ ...allSeen, findings: [finding('TRIGGERS_NOT_GRANTED', 'x')] });
      const send = accept;
      serve = async (request, response) => {
        const { end } = response;
        response.end = ((text: string) =>
          end.call(
            response,
            text.replace(/"state":"incomplete"/, '"state":"complete"').replace(/"findings":\[.*?\]/, '"findings":[]'),
            'utf8',
          )) as typeof end;
        return send(request, response);
      };
      const [outcome] = await run(['a'], GOOD);
      expect(outcome!.state).to.equal('failed');
      expect(outcome!.failure!.message).to.contain('TRIGGERS_NOT_GRANTED');
      expect(await spooled()).to.have.length(2);
    });
  });

  describe('whose zip does not stay what it was', () => {
    /** Lets the upload fail, spoils the zip, and tells how the next run fares. */
    const spoiled = async (spoil: (path: string) => Promise<void>) => {
      serve = (_request, response) => response.destroy();
      const [first] = await run(['a'], GOOD);
      await spoil(spool.pathOf(first!.fileName));
      serve = accept;
      const [second] = await run([], GOOD);
      return { first: first!, second: second! };
    };

    it('is not delivered by a later run, and set aside', async () => {
      const { first, second } = await spoiled(async path => {
        const bytes = await readFile(path);
        bytes[60]! ^= 1;
        await writeFile(path, bytes);
      });
      expect(second).to.include({ state: 'failed', isLeftover: true });
      expect(second.failure!.message).to.contain('has changed since it was written');
      expect(second.failure).not.to.have.property('keptAt');
      expect(await spooled()).to.deep.equal([`${first.fileName}.damaged`]);
      expect(uploads).to.deep.equal([]);
      expect(await run([], GOOD)).to.deep.equal([]);
    });

    it('between zip and upload is set aside too, and not sent again and again', async () => {
      let requests = 0;
      serve = async (request, response) => {
        requests++;
        await buffer(request);
        const [zip] = (await spooled()).filter(name => name.endsWith('.zip'));
        await writeFile(spool.pathOf(zip!), 'rotten');
        response.writeHead(422, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: 'other bytes', code: 'DIGEST_MISMATCH', errors: [] }));
      };
      const [outcome] = await run(['a'], GOOD, { retries: 3 });
      expect(outcome!.failure!.message).to.contain('has changed since it was written');
      expect(requests).to.equal(1);
      expect(await spooled()).to.deep.equal([`${outcome!.fileName}.damaged`]);
    });

    it('is delivered with what its own run found of it', async () => {
      preflight = async () => ({ ...allSeen, findings: [finding('TRIGGERS_NOT_GRANTED', 'x')] });
      const { second } = await spoiled(async () => {});
      expect(second).to.include({ state: 'incomplete', isLeftover: true, tables: 1 });
      expect(await spooled()).to.deep.equal([]);
    });
  });

  describe('whose zip is delivered and cannot be removed', () => {
    it('is complete, says so with the path, and is not sent again', async function () {
      let pinned: Disposable | undefined;
      serve = async (request, response) => {
        const [zip] = (await spooled()).filter(name => name.endsWith('.zip'));
        pinned = pin(spool.pathOf(zip!));
        return accept(request, response);
      };
      const [outcome] = await run(['a'], GOOD);
      if (!pinned) return this.skip();
      const path = spool.pathOf(outcome!.fileName);
      expect(outcome).to.include({ state: 'complete', backupId: 1 });
      expect(outcome!.findings.map(({ code }) => code)).to.deep.equal(['ZIP_NOT_REMOVED']);
      expect(outcome!.findings[0]!.advice).to.contain(`rm ${shellWord(path)}`);
      expect(await run([], GOOD)).to.deep.equal([]);
      expect(uploads).to.have.length(1);
      pinned[Symbol.dispose]();
      await run([], GOOD);
      expect(await spooled()).to.deep.equal([]);
    });
  });

  describe('whose zip is refused', () => {
    const refuse =
      (status: number, code: string): typeof serve =>
      async (request, response) => {
        await buffer(request);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: 'no', code, errors: [] }));
      };
    const aside = () => readdir(join(spool.folder, 'refused')).catch(() => []);

    for (const [status, code] of [
      [409, 'NAME_TAKEN'],
      [409, 'BACKUP_REMOVED'],
      [413, 'FILE_TOO_LARGE'],
      [413, 'DUMP_TOO_LARGE'],
      [422, 'VALIDATION_FAILED'],
      [422, 'INVALID_FILE_NAME'],
      [422, 'INVALID_ZIP'],
      [422, 'INVALID_MANIFEST'],
      [422, 'MANIFEST_MISMATCH'],
    ] as const)
      it(`permanently (${code}) waits for one more run, and is set aside then, with the reason`, async () => {
        serve = refuse(status, code);
        const [first] = await run(['a'], GOOD);
        expect(first!.failure!.keptAt).to.equal(spool.pathOf(first!.fileName));
        const manifest = await readFile(spool.manifestPathOf(first!.fileName), 'utf8');
        const [second] = await run([], GOOD);
        const path = join(spool.folder, 'refused', first!.fileName);
        expect(second).to.include({ state: 'failed', isLeftover: true });
        expect(second!.failure!.message).to.contain(code).and.contain(`set aside as ${path}`);
        expect(second!.failure!.advice).to.contain(`${path}.txt`);
        expect(second!.failure).not.to.have.property('keptAt');
        expect(await run([], GOOD), 'said once').to.deep.equal([]);
        expect(await spooled()).to.deep.equal(['refused']);
        expect(await aside()).to.deep.equal(['', '.json', '.txt'].map(ending => `${first!.fileName}${ending}`));
        expect(await readFile(`${path}.json`, 'utf8')).to.equal(manifest);
        const note = await readFile(`${path}.txt`, 'utf8');
        expect(note)
          .to.match(/^Refused at \d+ \w{3} 20\d\d \d\d:\d\d [+-]\d\d:\d\d, for the second time: /)
          .and.contain(code);
        // As the text says, it is sent again.
        execFileSync('sh', ['-c', / {4}(mv .*)/.exec(note)![1]!]);
        serve = accept;
        expect((await run([], GOOD))[0]).to.include({ state: 'complete', isLeftover: true });
      });

    it('permanently by the service that was out the night before has its second chance, too', async () => {
      serve = (_request, response) => response.destroy();
      const [first] = await run(['a'], GOOD);
      serve = refuse(422, 'INVALID_ZIP');
      const [second] = await run([], GOOD);
      expect(second!.failure!.keptAt).to.equal(spool.pathOf(first!.fileName));
      expect(await aside()).to.deep.equal([]);
      await run([], GOOD);
      expect(await aside()).to.include(first!.fileName);
    });

    it('for a reason that may pass waits, night after night', async () => {
      for (const [status, code] of [
        [422, 'DIGEST_MISMATCH'],
        [500, 'INTERNAL_ERROR'],
        [400, 'MALFORMED_FORM'],
        [408, 'UPLOAD_TIMEOUT'],
        [507, 'STORAGE_FULL'],
        [503, 'STORAGE_UNAVAILABLE'],
      ] as const) {
        serve = refuse(status, code);
        for (let night = 1; night <= 3; night++) await run(night === 1 ? [code.toLowerCase()] : [], GOOD);
        expect(await aside(), code).to.deep.equal([]);
      }
      expect(await spool.pendingUploads()).to.have.length(6);
    });

    it('stays where it is once very many were set aside: that cannot be right', async () => {
      await mkdir(join(spool.folder, 'refused'));
      for (let number = 0; number < 100; number++) {
        const id = `0f69a75b-9fdf-48c6-8ec9-2277934b7${String(number).padStart(3, '0')}`;
        await writeFile(join(spool.folder, 'refused', `mysql-2026-01-01-00-00-00-a-${id}.sql.zip`), '');
      }
      serve = refuse(422, 'INVALID_ZIP');
      for (let night = 1; night <= 3; night++) await run(night === 1 ? ['a'] : [], GOOD);
      expect(await spool.pendingUploads()).to.have.length(1);
    });
  });

  describe('whose service asks for tokens', () => {
    const token = (name: string): ServiceToken => ({ text: name, from: `/etc/${name}` });
    const refusing =
      (status: number, code: string): typeof serve =>
      (_request, response) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message: 'No', code }));

    it('sends a refused token once for each worker, keeps every zip, and gives them one cause', async () => {
      let uploads = 0;
      serve = (request, response) => {
        if (request.method === 'POST') uploads++;
        refusing(401, 'UNAUTHENTICATED')(request, response);
      };
      const outcomes = await run(names(9), GOOD, { retries: 3, workers: { dump: 3, zip: 3, upload: 2 } });
      expect(uploads).to.be.within(1, 2);
      expect((await spooled()).filter(name => name.endsWith('.zip'))).to.have.length(9);
      const causes = new Set(outcomes.map(({ failure }) => JSON.stringify(failure!.cause)));
      expect([...causes]).to.deep.equal([
        JSON.stringify({ where: url.origin, why: 'asks for a token, and none was given' }),
      ]);
    });

    it('loses nothing but the databases whose token is refused, or is not for them', async () => {
      const shown = new Map<string, Set<string | undefined>>();
      serve = (request, response) => {
        const { authorization } = request.headers;
        if (request.method !== 'POST') return refusing(403, 'FORBIDDEN')(request, response);
        const label = request.url!.slice(1);
        shown.set(label, (shown.get(label) ?? new Set()).add(authorization));
        if (authorization === 'Bearer revoked') return refusing(401, 'UNAUTHENTICATED')(request, response);
        if (label === 'db_5') return refusing(403, 'OUT_OF_SCOPE')(request, response);
        return accept(request, response);
      };
      const tokens = new Map(names(6).map((name, index) => [name, token(index < 2 ? 'revoked' : 'good')]));
      const outcomes = await run(names(6), GOOD, { retries: 3, workers: { dump: 3, zip: 3, upload: 2 }, tokens });
      const failed = outcomes.filter(({ state }) => state === 'failed');
      expect(failed.map(({ database }) => database)).to.have.members(['db_0', 'db_1', 'db_5']);
      const messageOf = (name: string) => failed.find(({ database }) => database === name)!.failure!.message;
      expect(messageOf('db_0')).to.contain('does not accept the token of /etc/revoked');
      expect(messageOf('db_5')).to.contain('the token of /etc/good is not for db_5');
      expect([...shown.get('db_3')!]).to.deep.equal(['Bearer good']);
      expect((await spooled()).filter(name => name.endsWith('.zip'))).to.have.length(3);
    });
  });

  describe('whose service is out', () => {
    /** How the requests of a run were spread: uploads, and questions how the service is. */
    let asked: { uploads: number; questions: number };
    const broken: typeof serve = (_request, response) => response.destroy();
    const full =
      (freeBytes: number): typeof serve =>
      (request, response) => {
        request.resume();
        response.writeHead(507, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: 'full', code: 'STORAGE_FULL', errors: [], free_bytes: freeBytes }));
      };
    const tells = (freeBytes: number) => (response: ServerResponse) => {
      const instant = '2026-01-01T00:00:00.000Z';
      const counts = ['files_checked', 'files_damaged', 'files_unreadable', 'files_healed', 'bytes_read', 'files_due'];
      const scrub = Object.fromEntries([...counts, 'backups_damaged'].map(name => [name, 0]));
      const data = {
        ...{ version: '1', time: instant, started_at: instant, verify_uploads: true },
        storage: { free_bytes: freeBytes, total_bytes: 1e9 },
        scrub: { state: 'idle', started_at: null, ended_at: null, last_error: null, ...scrub },
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, message: 'success' }));
    };

    /** @param upload what happens to the nth upload, from 1; @param status answers how the service is */
    const through = (
      upload: (nth: number) => typeof serve,
      status: (response: ServerResponse) => unknown = response => response.destroy(),
    ) => {
      asked = { uploads: 0, questions: 0 };
      serve = (request, response) => {
        if (request.method === 'POST') return upload(++asked.uploads)(request, response);
        asked.questions++;
        return status(response);
      };
    };
    const causesOf = (outcomes: Outcome[]) => outcomes.map(({ failure }) => failure?.cause);

    it('waits for it once for all, keeps every zip, and gives them one cause', async function () {
      this.slow(6000);
      through(() => broken);
      const outcomes = await run(names(9), GOOD, { retries: 1, workers: { dump: 4, zip: 4, upload: 3 } });
      const cause = { where: url.origin, why: 'drops connections' };
      expect(causesOf(outcomes)).to.deep.equal(Array(9).fill(cause));
      expect(outcomes.map(({ failure }) => failure!.keptAt !== undefined)).not.to.include(false);
      expect((await spooled()).filter(name => name.endsWith('.zip'))).to.have.length(9);
      // Three at once; what one of them asks on behalf of all shows that there is no use in more.
      expect(asked.uploads).to.be.within(1, 3);
      expect(asked.questions, 'whether it is back').to.be.within(2, 10);
    });

    it('sends what waited, once it is back', async function () {
      this.slow(6000);
      through(nth => (nth <= 2 ? broken : accept), tells(1e9));
      const workers = { dump: 4, zip: 4, upload: 1 };
      const outcomes = await run(names(6), GOOD, { retries: 1, workers });
      expect(outcomes.map(({ state }) => state)).to.deep.equal(Array(6).fill('complete'));
      // One question by the upload that tries again for all, one before the next upload.
      expect(asked.uploads).to.equal(2 + 6);
      expect(asked.questions).to.be.within(1, 2);
      expect(await spooled()).to.deep.equal([]);
    });

    it('lets the others go on when the one that tries for all gets through', async function () {
      this.slow(6000);
      // Those that have begun meanwhile meet it too; the pause is longer.
      let until = 0;
      through(nth => {
        if (nth === 1) until = performance.now() + 400;
        return performance.now() < until ? broken : accept;
      }, tells(1e9));
      const outcomes = await run(names(6), GOOD, { retries: 1, workers: { dump: 3, zip: 3, upload: 3 } });
      expect(outcomes.map(({ state }) => state)).to.deep.equal(Array(6).fill('complete'));
      expect(asked.uploads).to.be.within(1 + 6, 3 + 6);
      expect(asked.questions, 'by the one that tries again').to.equal(1);
    });

    it('does not give up the others where one zip alone breaks the connection', async function () {
      this.slow(6000);
      const of =
        (database: string): typeof serve =>
        (request, response) =>
          (request.url === `/${database}` ? broken : accept)(request, response);
      through(() => of('db_0'), tells(1e9));
      const outcomes = await run(names(6), GOOD, { retries: 1, workers: { dump: 3, zip: 3, upload: 3 } });
      const failed = outcomes.filter(({ state }) => state !== 'complete');
      expect(failed.map(({ database }) => database)).to.deep.equal(['db_0']);
    });

    it('says how much is left on its disk, and sends what fits', async () => {
      const large = (request: IncomingMessage) => Number(request.headers['content-length']) > 100_000;
      const free = 50_000;
      through(() => (request, response) => (large(request) ? full(free) : accept)(request, response), tells(free));
      const script = `for database; do :; done; header; case $database in db_[02]) head -c 200000 /dev/urandom | base64 | sed 's/^/-- /';; esac; marker`;
      const outcomes = await run(names(6), script, { retries: 3, workers: { dump: 1, zip: 1, upload: 2 } });
      expect(outcomes.filter(({ state }) => state !== 'failed')).to.have.length(4);
      const cause = { where: url.origin, why: 'has no space left (48.8 KiB free)' };
      expect(causesOf(outcomes).filter(Boolean)).to.deep.equal([cause, cause]);
      expect(outcomes.find(({ failure }) => failure)!.failure!.message).to.contain(
        '507 STORAGE_FULL: full (48.8 KiB free)',
      );
      expect(asked.uploads, 'one upload has shown it').to.be.within(5, 6);
    });

    it('asks it how much is left where its refusal does not say so', async () => {
      through(
        () => (request, response) => {
          request.resume();
          response.writeHead(507, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ message: 'full', code: 'STORAGE_FULL', errors: [] }));
        },
        tells(0),
      );
      expect(causesOf(await run(['a'], GOOD))).to.deep.equal([
        { where: url.origin, why: 'has no space left (0 B free)' },
      ]);
    });

    it('does not wait where a pause helps nothing, and says so of a redirect and of what is no service of ours', async () => {
      const say =
        (status: number, headers = {}): typeof serve =>
        (request, response) => {
          request.resume();
          response.writeHead(status, headers).end('<html>');
        };
      for (const [step, why] of [
        [say(403), 'answers 403, but not as Lumbung does'],
        [say(200), 'answers 200, but not as Lumbung does'],
        [say(308, { location: 'https://example.com/' }), 'redirect'],
      ] as const) {
        through(
          () => step,
          response => void response.writeHead(403).end(),
        );
        const outcomes = await run(names(5), GOOD, { retries: 5, workers: { dump: 2, zip: 2, upload: 1 } });
        expect(new Set(causesOf(outcomes).map(cause => cause?.where)), why).to.deep.equal(new Set([url.origin]));
        expect(outcomes[0]!.failure!.cause!.why).to.contain(why);
        expect(asked.uploads, why).to.be.below(11);
        for (const name of await spooled()) await rm(join(spool.folder, name));
      }
    });

    it('and rejects zips above some size: that is one cause, and smaller ones are sent without a pause', async () => {
      for (const [body, why] of [
        ['<html>', 'has a proxy that rejects zips of this size (413)'],
        [
          JSON.stringify({ message: 'large', code: 'FILE_TOO_LARGE', errors: [] }),
          'rejects zips of this size (MAX_UPLOAD_BYTES)',
        ],
      ] as const) {
        const tooLarge: typeof serve = async (request, response) => {
          await buffer(request);
          response.writeHead(413, { 'content-type': 'application/json' }).end(body);
        };
        through(() => (request, response) => (/db_[02]/.test(request.url!) ? tooLarge : accept)(request, response));
        const outcomes = await run(names(4), GOOD, { retries: 5, workers: { dump: 1, zip: 1, upload: 1 } });
        expect(causesOf(outcomes).filter(Boolean)).to.deep.equal(Array(2).fill({ where: url.origin, why }));
        expect(asked).to.deep.equal({ uploads: 4, questions: 0 });
        for (const name of await spooled()) await rm(join(spool.folder, name));
      }
    });

    it('ends at once when it is aborted while others try for it', async () => {
      through(() => broken);
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), 1500);
      using time = new OwnTime();
      const workers = { dump: 3, zip: 3, upload: 3 };
      expect(await run(names(9), GOOD, { retries: 9, workers, signal: stop.signal }).catch(error => error)).to.equal(
        'stop',
      );
      expect(time.ms).to.be.below(4000);
    });
  });

  it('delays new dumps while uploads are slow', async () => {
    let release = () => {};
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    serve = async (request, response) => {
      await released;
      return accept(request, response);
    };
    const log = join(folder, 'begun');
    const running = run(names(30), `echo x >> '${log}'; ${GOOD}`, { workers: { dump: 1, zip: 1, upload: 1 } });
    await sleep(700);
    // One in the hands of each worker, and one on its way between two stages.
    expect((await readFile(log, 'utf8')).split('\n').length - 1).to.be.below(8);
    release();
    expect(await running).to.have.length(30);
  });

  it('ends many small databases of a host while a large one is dumped and zipped', async () => {
    const small = names(8);
    const released = join(folder, 'released');
    serve = async (request, response) => {
      await accept(request, response);
      if (uploads.filter(name => name.includes('-db_')).length === small.length) await writeFile(released, '');
    };
    // It goes on until all others are stored, and fails when that never happens.
    const endless = `turn=0; until [ -e '${released}' ]; do
        turn=$((turn + 1)); [ $turn -gt 500 ] && exit 3; rows 1000000; sleep 0.05; done`;
    const outcomes = await run(
      ['large', ...small],
      `for last; do :; done; header; if [ "$last" = large ]; then ${endless}; fi; echo "CREATE TABLE \\\`t\\\` (i int);"; marker`,
      { dumpsPerHost: 2, workers: { dump: 4, zip: 4, upload: 4 } },
    );
    expect(outcomes.map(({ state }) => state)).to.not.include('failed');
    expect(outcomes.map(({ database }) => database)).to.have.members([...small, 'large']);
    expect(outcomes.at(-1)!.database).to.equal('large');
  });

  describe('with many databases on two hosts', () => {
    const of = (host: string) => names(6).map(name => `${host}_${name}@${host}`);
    const HOST = 'for host; do case $host in --host=*) break;; esac; done; host=$(echo "$host" | cut -d= -f2)';

    /** @returns for each dump the host that it was of, and how many were under way on it and on all hosts as it began */
    const begunOn = async (dumpsPerHost: number, workers: PipelineOptions['workers']) => {
      const [log, flags] = [join(folder, 'begun'), join(folder, 'flags')];
      await mkdir(flags);
      const count = (what: string) => `$(ls '${flags}' | grep -c '${what}')`;
      // Each stays until it has seen as many beside it as there may be, or hardly any are still to begin.
      const seesAll = `[ ${count("'$host'-")} -ge ${dumpsPerHost} ] && [ ${count('-')} -gt ${dumpsPerHost} ]`;
      const script = `${HOST}; : > '${flags}'/$host-$$; echo $host ${count("'$host'-")} ${count('-')} >> '${log}'
        tries=0; until { ${seesAll}; } || [ $(wc -l < '${log}') -ge 10 ] || [ $tries -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
        sleep 0.1; rm '${flags}'/$host-$$; ${GOOD}`;
      const outcomes = await run([...of('a'), ...of('b')], script, { dumpsPerHost, workers });
      expect(outcomes.filter(({ state }) => state === 'complete')).to.have.length(12);
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      const begun = lines.map(line => line.split(' ') as [string, string, string]);
      return begun.map(([host, onHost, onAll]) => ({ host, onHost: Number(onHost), onAll: Number(onAll) }));
    };

    for (const dumpsPerHost of [1, 2])
      it(`dumps no more than ${dumpsPerHost} of one host at once`, async () => {
        const begun = await begunOn(dumpsPerHost, { dump: 6, zip: 6, upload: 2 });
        for (const host of ['a', 'b']) {
          const onHost = begun.filter(one => one.host === host).map(one => one.onHost);
          expect(Math.max(...onHost), host).to.equal(dumpsPerHost);
        }
        expect(Math.max(...begun.map(({ onAll }) => onAll)), 'both hosts are at work').to.be.above(dumpsPerHost);
      });

    it('lets no dump worker idle while another host has work, in any order of the list', async () => {
      const begun = await begunOn(1, { dump: 2, zip: 2, upload: 2 });
      expect(begun.map(({ host }) => host).slice(0, 2)).to.have.members(['a', 'b']);
      expect(begun.filter(({ onAll }) => onAll === 2)).to.have.length.above(3);
    });
  });

  it('dumps databases one after the other when the disk has no room for all, and does not count the waiting as their time', async () => {
    using _clock = new OwnClock();
    preflight = async () => ({ ...allSeen, estimatedBytes: 2 ** 60 });
    const script = `echo >> '${folder}/bin/begun'; sleep 1.5; wc -l < '${folder}/bin/begun' >> '${folder}/bin/seen'; ${GOOD}`;
    const outcomes = await run(names(2), script, { timeoutMs: 2700 });
    expect(outcomes.map(({ state, failure }) => failure?.message ?? state)).to.deep.equal(['complete', 'complete']);
    expect((await readFile(join(folder, 'bin/seen'), 'utf8')).split('\n')).to.deep.equal(['1', '2', '']);
  });

  it('gives each database its time, and no more', async () => {
    using _clock = new OwnClock();
    const outcomes = await run(
      ['slow', 'a', 'b'],
      `for database; do :; done; [ $database = slow ] && exec sleep 20; ${GOOD}`,
      { timeoutMs: 3_000 },
    );
    const slow = outcomes.find(({ database }) => database === 'slow')!;
    expect(slow.failure?.message).to.contain('took longer');
    expect(outcomes.filter(({ state }) => state === 'complete')).to.have.length(2);
    expect(await spooled()).to.deep.equal([]);
  });

  describe('when aborted', () => {
    const abortedRun = async (
      script: string,
      { afterMs = 400, workers = { dump: 3, zip: 1, upload: 1 }, dumpsPerHost = 9 } = {},
    ) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), afterMs);
      using time = new OwnTime();
      const reason = await run(names(12), script, { signal: stop.signal, workers, dumpsPerHost }).catch(error => error);
      return { reason, ms: time.ms };
    };

    it('throws the reason, ends the children and leaves nothing half-done', async () => {
      const { reason, ms } = await abortedRun('header; exec sleep 20');
      expect(reason).to.equal('stop');
      expect(ms).to.be.below(2000);
      expect(await spooled()).to.deep.equal([]);
    });

    it('does not hang while all hosts have enough', async () => {
      const { reason, ms } = await abortedRun('header; exec sleep 20', { dumpsPerHost: 1 });
      expect(reason).to.equal('stop');
      expect(ms).to.be.below(2000);
      expect(await spooled()).to.deep.equal([]);
    });

    it('leaves nothing of a zip that follows its dump', async () => {
      const workers = { dump: 3, zip: 3, upload: 1 };
      const { reason, ms } = await abortedRun('header; rows 3000000; exec sleep 20', { workers });
      expect(reason).to.equal('stop');
      expect(ms).to.be.below(2000);
      expect(await spooled()).to.deep.equal([]);
    });

    it('leaves no plain dump that waited for its turn to be zipped', async () => {
      // The upload hangs, so a zip waits for it, and behind that finished dumps wait for the zip worker.
      serve = () => {};
      const { reason } = await abortedRun(GOOD);
      expect(reason).to.equal('stop');
      expect((await spooled()).filter(name => !/\.zip(?:\.json)?$/.test(name))).to.deep.equal([]);
    });
  });
});
