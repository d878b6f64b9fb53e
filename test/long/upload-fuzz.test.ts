import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { fuzzedUpload, randomNumbers } from '../../testing/service/fuzz-upload.ts';
import { METERED, meterWhile } from '../../testing/service/meter-service.ts';
import { sentRaw } from '../../testing/service/sent-raw.ts';
import { type Service, startService } from '../../testing/service/service.ts';
import { commonZips } from '../../testing/zips/zip-writers.ts';

const UPLOADS = 20_000;
const AT_ONCE = 8;
/** Said aloud, so that a run that found something can be had again: FUZZ_SEED=… */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

/** What docs/reference/rest.md says that a service may answer to an upload through no mistake of the client's. */
const DOCUMENTED_5XX = new Set([503, 507]);

describe('uploads of the zips of all common writers, mutated, with mutated manifests', () => {
  let folder: string;
  let service: Service;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-fuzz-'));
    const env = { DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`, STORAGE_DIR: join(folder, 'backups') };
    service = await startService({ ...env, ...METERED, SCRUB_INTERVAL_DAYS: '0' });
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it(`answers ${UPLOADS} of them without a mistake, an exit, a stall or more memory (seed ${SEED})`, async () => {
    const zips = Object.values(await commonZips(join(folder, 'common')));
    const statuses: Record<string, number> = {};
    const random = randomNumbers(SEED);
    let sent = 0;
    const work = () =>
      Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (sent < UPLOADS) {
            sent++;
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
    const figures = await meterWhile(service, work);
    const mistakes = service
      .output()
      .split('\n')
      .filter(line => /"level":"(?:error|fatal)"/.test(line));
    console.log(`      ${JSON.stringify({ statuses, ...figures })}`);
    expect(mistakes).to.deep.equal([]);
    expect(statuses).to.have.any.keys('201');
    expect(Object.keys(statuses)).to.have.length.above(5);
    expect(figures.stalledMs).to.be.below(1_000);
    expect(figures.late - figures.early, 'MiB that the last third keeps more than the first').to.be.below(20);
    expect(await service.stop()).to.equal(0);
  });
});
