import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ExplainedError } from '../../cli/errors.ts';
import { Service } from '../../cli/service/service.ts';
import { ServiceUnreachable } from '../../cli/service/service-errors.ts';
import { type UploadRequest, upload } from '../../cli/upload/upload.ts';
import { RUNTIMES } from '../../testing/cli/runtimes.ts';
import { sade } from '../../testing/cli/sade.ts';
import { type Answer, answerOf, BOUNDLESS, startHostileService } from '../../testing/service/hostile-service.ts';

const MIB = 1 << 20;
const FILE_NAME = 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';
const REPORT = {
  ...{ id: 3, database_name: 'pt_xyz', file_name: FILE_NAME, timestamp: '2026-01-01 00:00:00', size: 100 },
  ...{ repr_digest: `sha-256=:${Buffer.alloc(32, 1).toString('base64')}:`, state: 'complete', findings: [] },
  ...{ dump_size: 4096, dump_sha256: 'a'.repeat(64), received_at: '2026-01-01T00:00:05.000Z' },
  ...{ checked_at: null, damage: null, manifest: null },
};
const OTHER =
  /answers with more than 16\.0 MiB|answered 404, but not as|Headers Overflow|head is too large|not one of Lumbung's/;

/** An answer that lasts: a byte from time to time, for a minute. */
async function* trickle(): AsyncGenerator<string> {
  yield 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n';
  for (let sent = 0; sent < 600; sent++) {
    await new Promise(done => setTimeout(done, 100));
    yield '1\r\n \r\n';
  }
}

const redirectTo = (url: string): Answer =>
  answerOf('', { status: '307 Temporary Redirect', headers: `Location: ${url}\r\n` });

async function failureOf(asking: Promise<unknown>): Promise<ExplainedError> {
  const error = await asking.then(
    () => undefined,
    error => error,
  );
  expect(error).to.be.instanceOf(ExplainedError);
  return error;
}

describe('a service that sade does not trust', () => {
  let folder: string;
  let zip: UploadRequest;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-hostile-'));
    const content = Buffer.alloc(100_000, 'zip');
    const path = join(folder, 'a.zip');
    await writeFile(path, content);
    const sha256 = createHash('sha256').update(content).digest();
    zip = { database: 'pt_xyz', path, fileName: FILE_NAME, size: content.length, sha256 };
  });
  after(() => rm(folder, { recursive: true }));

  const uploadTo = (url: string) =>
    upload(zip, { server: new URL(url), retries: 0, signal: new AbortController().signal });

  describe('and that answers without an end', () => {
    const { 'interim answers without an end': interim, ...others } = BOUNDLESS;

    for (const [what, answer] of Object.entries(others))
      for (const { name, runtime } of RUNTIMES)
        it(`has no more read of ${what} than an answer can have, by sade on ${name}`, async () => {
          await using service = await startHostileService(answer);
          const { code, stderr } = await sade(['list', '--server', service.url], { runtime });
          expect(stderr).to.match(OTHER).and.contain('what to do: ').and.not.contain('unexpected');
          expect(code).to.equal(1);
          expect(service.sent).to.be.below(64 * MIB);
        });

    for (const [what, answer] of Object.entries(BOUNDLESS))
      it(`has no more read of ${what} after an upload`, async () => {
        await using service = await startHostileService(answer);
        expect((await failureOf(uploadTo(service.url))).advice).to.match(/\w/);
        expect(service.sent).to.be.below(64 * MIB);
      });

    it('is given up when its answer only trickles, or when it sends too many 1xx answers', async () => {
      for (const answer of [trickle, interim!]) {
        await using service = await startHostileService(answer);
        const failure = await failureOf(new Service({ server: new URL(service.url) }, undefined, 500).databases());
        expect(failure).to.be.instanceOf(ServiceUnreachable);
      }
    });

    it('may not have the next attempt put off for days', async () => {
      const busy = () => answerOf('', { status: '503 Busy', headers: 'Retry-After: 99999\r\n' });
      await using service = await startHostileService(busy);
      const failure = await failureOf(new Service({ server: new URL(service.url) }).download('3', 'get'));
      expect(failure.message).to.contain('the service answered 503');
      expect(service.requests).to.have.length(1);
    });

    it('has nothing printed that goes deeper than a program can follow', async () => {
      const deep = '['.repeat(100_000) + ']'.repeat(100_000);
      const report = JSON.stringify({ data: { ...REPORT, manifest: 'deep' }, message: 'success' }).replace(
        '"deep"',
        deep,
      );
      await using service = await startHostileService(() => answerOf(report));
      const { code, stderr } = await sade(['show', '3', '--json', '--server', service.url]);
      expect(stderr).to.contain('it is nested more than 64 levels deep');
      expect(code).to.equal(1);
    });

    for (const { name, runtime } of RUNTIMES)
      it(`is named when its answer breaks off or cannot be unpacked, by sade on ${name}`, async () => {
        const gzip = 'Content-Encoding: gzip\r\n';
        for (const answer of ['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"a', answerOf('xx', { headers: gzip })]) {
          await using service = await startHostileService(() => answer);
          const { code, stderr } = await sade(['list', '--server', service.url], { runtime });
          expect(stderr)
            .to.contain(`the answer of the service at ${service.url} ended too early: `)
            .and.contain('what to do: ');
          expect(code).to.equal(1);
        }
      });

    it('has its long error cut off', async () => {
      const body = JSON.stringify({ message: 'm'.repeat(100_000), code: 'C'.repeat(1000), errors: [] });
      await using service = await startHostileService(() => answerOf(body, { status: '404 Not Found' }));
      const { message } = await failureOf(new Service({ server: new URL(service.url) }).databases());
      expect(message).to.match(/^the service answered 404 C{64}: m+$/);
      expect(message.length).to.be.below(1200);
    });
  });

  describe('and that redirects', () => {
    for (const { name, runtime } of RUNTIMES)
      it(`is not followed to another host by a command on ${name}, which names it and says what to do`, async () => {
        await using elsewhere = await startHostileService(() => answerOf('{"data":[],"message":"Success"}'));
        await using service = await startHostileService(() => redirectTo(`${elsewhere.url}/believe-me`));
        for (const command of [
          ['list'],
          ['history', 'pt_xyz'],
          ['show', '3'],
          ['download', '3'],
          ['accept', '3', '--reason', 'x'],
        ]) {
          const { code, stderr } = await sade([...command, '--server', service.url], { runtime });
          expect(stderr).to.contain(
            `the service at ${service.url} answers with a redirect to ${elsewhere.url}, which sade does not follow`,
          );
          expect(stderr).to.contain('what to do: If the service has moved there');
          expect(code).to.equal(1);
        }
        expect(elsewhere.requests).to.deep.equal([]);
      });

    it('gets no upload sent to another host', async () => {
      await using elsewhere = await startHostileService(() => answerOf(''));
      await using service = await startHostileService(() => redirectTo(`${elsewhere.url}/pt_xyz`));
      const { message, advice } = await failureOf(uploadTo(service.url));
      expect(message).to.equal(
        `the service at ${service.url} answers with a redirect to ${elsewhere.url}, which sade does not follow`,
      );
      expect(advice).to.contain('--server');
      expect(elsewhere.requests).to.deep.equal([]);
    });
  });
});
