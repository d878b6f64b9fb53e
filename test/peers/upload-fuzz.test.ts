import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { fuzzedUpload, randomNumbers } from '../support/fuzz-upload.ts';
import { sentRaw } from '../support/sent-raw.ts';
import { type Service, startService } from '../support/service.ts';
import { commonZips } from '../support/zip-writers.ts';

const UPLOADS = 20_000;
const AT_ONCE = 8;
/** Said aloud, so that a run that found something can be had again: FUZZ_SEED=… */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

/** What docs/rest.md says that a service may answer to an upload through no mistake of the client's. */
const DOCUMENTED_5XX = new Set([503, 507]);

const MIB = 1024 ** 2;

describe('uploads of the zips of all common writers, mutated, with mutated manifests', () => {
  let folder: string;
  let service: Service;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-fuzz-'));
    const env = { DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`, STORAGE_DIR: join(folder, 'backups') };
    service = await startService({ ...env, SCRUB_INTERVAL_DAYS: '0' });
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it(`answers ${UPLOADS} of them without a mistake, an exit, a stall or more memory (seed ${SEED})`, async () => {
    const zips = Object.values(await commonZips(join(folder, 'common')));
    const statuses: Record<string, number> = {};
    const random = randomNumbers(SEED);
    const pinger = startPinger(service.url);
    const memory: number[] = [];
    let sent = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (sent < UPLOADS) {
          if (sent++ % (UPLOADS / 20) === 0) memory.push(await residentMib(service.pid));
          const upload = fuzzedUpload(random, zips);
          const status = await sentRaw(service.url, upload);
          const what = `${status ?? 'no answer'}`;
          statuses[what] = (statuses[what] ?? 0) + 1;
          if (status !== undefined && status >= 500)
            expect(DOCUMENTED_5XX, `${status} to ${upload.what}`).to.include(status);
          await nextTurn();
        }
      }),
    );
    const worstMs = await pinger.stop();
    memory.push(await residentMib(service.pid));
    const mistakes = service
      .output()
      .split('\n')
      .filter(line => /"level":"(?:error|fatal)"/.test(line));
    console.log(`      ${JSON.stringify({ statuses, worstMs, memory })}`);
    expect(mistakes).to.deep.equal([]);
    expect(statuses).to.have.any.keys('201');
    expect(Object.keys(statuses)).to.have.length.above(5);
    expect(worstMs).to.be.below(1000);
    // What the first fifth has made the heap grow to must do for the rest.
    expect(memory.at(-1)! - Math.max(...memory.slice(0, 5))).to.be.below(64);
    expect(await service.stop()).to.equal(0);
  });
});

/** Asks the service all the time whether it is there, from a thread that nothing else keeps busy. */
function startPinger(url: string): { stop(): Promise<number> } {
  const worker = new Worker(
    `const { parentPort, workerData: url } = require('node:worker_threads');
     const { Agent, get } = require('node:http');
     const agent = new Agent({ keepAlive: true, maxSockets: 1 });
     let worst = 0;
     const ping = () => new Promise((resolve, reject) => {
       const began = performance.now();
       get(url + '/-/healthy', { agent }, answer => answer.resume().on('end', () => resolve(performance.now() - began))).on('error', reject);
     });
     parentPort.on('message', () => { parentPort.postMessage(worst); process.exit(); });
     (async () => { for (;;) { worst = Math.max(worst, await ping().catch(() => 0)); await new Promise(go => setTimeout(go, 10)); } })();`,
    { eval: true, workerData: url },
  );
  return {
    stop: () =>
      new Promise(resolve => {
        worker.once('message', worst => resolve(Math.round(worst)));
        worker.postMessage('stop');
      }),
  };
}

async function residentMib(pid: number): Promise<number> {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'latin1'))!;
  return Math.round((Number(kib) * 1024) / MIB);
}
