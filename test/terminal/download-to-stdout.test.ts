import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formatReprDigest } from '../../protocol/digest.ts';
import { RUNTIMES } from '../../testing/cli/runtimes.ts';
import { DENO_PERMISSIONS } from '../../testing/cli/sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { portOf } from '../../testing/free-port.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
const CONTENT = randomBytes(3_000_000);
const DIGEST = createHash('sha256').update(CONTENT).digest();

describe('sade download --output -', () => {
  let server: Server;
  let url: string;
  let folder: string;
  /** What is sent, how far it comes each time before it breaks, and whether ranges are served. */
  let sends: { content: Buffer; breakAfter: number; ranges: boolean };
  let asked: (string | undefined)[];

  before(async () => {
    server = createServer(async (request, response) => {
      if (request.url!.endsWith('/manifest')) return response.writeHead(404).end();
      const { content, breakAfter, ranges } = sends;
      const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
      response.writeHead(from > 0 ? 206 : 200, {
        ...{ etag: '"abc"', 'repr-digest': formatReprDigest(DIGEST), 'content-length': content.length - from },
        ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
      });
      if (request.method === 'HEAD') return response.end();
      asked.push(request.headers.range);
      if (content.length - from <= breakAfter) return response.end(content.subarray(from));
      response.write(content.subarray(from, from + breakAfter));
      sends.breakAfter *= 2;
      await sleep(50);
      return response.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${portOf(server)}`;
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-stdout-'));
    sends = { content: CONTENT, breakAfter: Number.POSITIVE_INFINITY, ranges: true };
    asked = [];
  });
  afterEach(async () => {
    expect(await readdir(folder), 'what it left').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const command = (runtime: string) =>
    runtime === 'node' ? [process.execPath] : ['deno', 'run', '--quiet', ...DENO_PERMISSIONS];
  const start = (runtime: string, ...more: string[]) => {
    const [program, ...before] = command(runtime);
    return spawn(program!, [...before, MAIN, 'download', '34', '--output', '-', '--server', url, ...more], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const run = async (runtime: string) => {
    const child = start(runtime);
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
    const [code] = await closed;
    return { code, stdout, stderr };
  };

  for (const { name, process: runtime } of RUNTIMES) {
    it(`writes the bytes and nothing else to stdout, on ${name}`, async () => {
      const { code, stdout, stderr } = await run(runtime);
      expect(stderr).to.contain(`SHA-256 ${DIGEST.toString('hex')}`);
      expect(code).to.equal(0);
      expect(stdout.equals(CONTENT)).to.equal(true);
    });

    it(`goes on within the stream where the connection broke, also without ranges, on ${name}`, async () => {
      for (const ranges of [true, false]) {
        sends = { content: CONTENT, breakAfter: 1_000_000, ranges };
        const { code, stdout, stderr } = await run(runtime);
        expect(code, stderr).to.equal(0);
        expect(stdout.equals(CONTENT), `ranges: ${ranges}`).to.equal(true);
        // What is under way when a connection breaks may be lost: the next attempt begins with what has come.
        const [first, second] = asked;
        expect(first, `ranges: ${ranges}`).to.equal(undefined);
        expect(Number(/^bytes=(\d+)-$/.exec(second ?? '')?.[1]), `ranges: ${ranges}`).to.be.within(1, 1_000_000);
        asked = [];
      }
    });

    it(`exits with 1 and says so when they are not the bytes that were stored, on ${name}`, async () => {
      sends.content = randomBytes(CONTENT.length);
      const { code, stderr } = await run(runtime);
      expect(code).to.equal(1);
      expect(stderr).to.contain('was received with a different SHA-256 than the service reports, and must not be used');
    });

    it(`ends without a stack when the program that reads it has ended, on ${name}`, async () => {
      const child = start(runtime);
      const closed = once(child, 'close');
      child.stdout.once('data', () => child.stdout.destroy());
      const stderr = await text(child.stderr);
      expect(stderr).to.match(/^sade: stdout can't be written: .+\n$/);
      expect((await closed)[0]).to.equal(1);
    });

    it(`writes to no terminal unless it is forced to, on ${name}`, async () => {
      const words = [...command(runtime), MAIN, 'download', '34', '--output', '-', '--server', url];
      await using terminal = Terminal.open(words, { cwd: folder });
      expect(await terminal.exitCode).to.equal(3);
      expect(await terminal.screen())
        .to.contain("a backup is a zip, which a terminal can't show")
        .and.contain('--force');
      expect(asked).to.deep.equal([]);
      // What is forced is tried once.
      if (runtime === 'deno') return;
      sends.content = Buffer.from('a small zip');
      await using forced = Terminal.open([...words, '--force'], { cwd: folder });
      await forced.exitCode;
      expect(await forced.screen()).to.contain('a small zip');
    });
  }
});
