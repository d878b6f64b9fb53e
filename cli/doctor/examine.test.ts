import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sampleReport } from '../../testing/cli/samples.ts';
import { ConfigurationError, ExplainedError } from '../errors.ts';
import { readBackupSettings } from '../options/settings.ts';
import type { Preflight } from '../preflight/preflight.ts';
import type { Check } from './checks/check.ts';
import type { AskVisible } from './checks/uncovered-check.ts';
import { examine } from './examine.ts';

const LABELS = ['a', 'b', 'c', 'd', 'e', 'f'];
const ORDER = [
  'configuration',
  'dump program',
  'rehearsal',
  'database',
  'database server',
  'work folder',
  'service',
  'last run',
];
const entry = (name: string) => ({
  database_name: name,
  db_host: '127.0.0.1',
  db_username: 'u',
  db_password: 'geheim',
});

const fine: Preflight = async () =>
  sampleReport({ server: { flavour: 'mariadb', version: '10.6.0' }, estimatedBytes: 1, isEncrypted: true });

describe('examine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-doctor-'));
    await writeFile(join(folder, 'databases.json'), JSON.stringify(LABELS.map(entry)), { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = async ({
    preflight = fine,
    options = {} as Record<string, unknown>,
    tell = (_checks: readonly Check[]) => {},
    askVisible = (async () => ({ server: 's', ignoresCase: false, databases: LABELS })) as AskVisible,
    signal = new AbortController().signal,
  } = {}) => {
    const told: Check[] = [];
    const settings = readBackupSettings(
      { config: join(folder, 'databases.json'), 'work-dir': join(folder, 'work'), ...options },
      {},
    );
    const askService = async () => {
      throw new ExplainedError('the service is down', { advice: 'Start it.' });
    };
    const examination = await examine(settings, {
      env: {},
      signal,
      version: '0.1.0',
      preflight,
      askWhoami: async () => undefined,
      askService,
      beyondRun: {
        askStored: async () => [],
        askReport: async () => expect.fail('nothing is stored'),
        askRoster: async (_, { source }) => ({ source, shard: '', last_run: null, databases: [] }),
        askVisible,
        askCutOff: async () => undefined,
      },
      tell: checks => {
        told.push(...checks);
        tell(checks);
      },
    });
    expect(told).to.have.deep.members([...examination.checks]);
    return { ...examination, told };
  };
  const inArea = (checks: readonly Check[], area: string) => checks.filter(check => check.area === area);

  it('gives the checks in the order in which a backup meets what they look at', async () => {
    const { checks } = await run();
    const places = checks.map(({ area }) => ORDER.indexOf(area));
    expect(places).to.deep.equal([...places].sort());
    expect(new Set(places).size).to.equal(ORDER.length);
  });

  it('tells what is found as it comes: a server that says nothing holds up no other check', async () => {
    let answer = () => {};
    const preflight: Preflight = async (source, options) => {
      if (source.label === 'a') await new Promise<void>(done => (answer = done));
      return fine(source, options);
    };
    const told: string[] = [];
    const tell = (checks: readonly Check[]) => {
      told.push(...checks.map(({ area, subject }) => (area === 'database' ? subject : area)));
      // Only then the first server of the list answers.
      const isAllElse = [...LABELS.slice(1), 'work folder', 'service', 'last run'].every(part => told.includes(part));
      if (isAllElse) answer();
    };
    const { checks } = await run({ preflight, tell });
    expect(told.indexOf('a')).to.be.above(told.indexOf('f'));
    expect([...new Set(inArea(checks, 'database').map(({ subject }) => subject))]).to.deep.equal(LABELS);
  });

  it('looks at several databases at once, no more than asked for, and gives them in the order of the list', async () => {
    let [now, most] = [0, 0];
    const preflight: Preflight = async (source, options) => {
      most = Math.max(most, ++now);
      await sleep(source.label < 'd' ? 30 : 5);
      now--;
      return fine(source, options);
    };
    const { checks } = await run({ preflight, options: { 'dump-workers': '3' } });
    expect(most).to.equal(3);
    expect([...new Set(inArea(checks, 'database').map(({ subject }) => subject))]).to.deep.equal(LABELS);
  });

  it('goes on after a check that fails in an unexpected way', async () => {
    const preflight: Preflight = async (source, options) => {
      if (source.label === 'b') throw new TypeError('a bug');
      return fine(source, options);
    };
    const { checks, reports } = await run({ preflight });
    const failed = inArea(checks, 'database').filter(({ mark }) => mark === 'FAIL');
    expect(failed).to.have.length(1);
    expect(failed[0]).to.deep.include({ subject: 'b', message: "this can't be checked: a bug" });
    expect([...reports.keys()]).to.deep.equal(LABELS.filter(label => label !== 'b'));
    expect(inArea(checks, 'work folder').at(-1)!.message).to.contain('without b');
    expect(inArea(checks, 'service')[0]).to.deep.include({
      mark: 'FAIL',
      message: 'the service is down',
      advice: 'Start it.',
    });
    expect(inArea(checks, 'last run')[0]!.mark).to.equal('ok');
  });

  it('says what is not checked when the list cannot be used', async () => {
    await writeFile(join(folder, 'databases.json'), '{');
    const { checks } = await run();
    expect(inArea(checks, 'configuration')[0]!.mark).to.equal('FAIL');
    expect(inArea(checks, 'database').map(({ mark }) => mark)).to.deep.equal(['warn']);
    expect(inArea(checks, 'database')[0]!.message).to.contain('not checked');
    expect(inArea(checks, 'service')).not.to.be.empty;
  });

  it('looks only at the databases that are named, and refuses a name that is not listed', async () => {
    const { checks } = await run({ options: { only: 'c,e' } });
    expect([...new Set(inArea(checks, 'database').map(({ subject }) => subject))]).to.deep.equal(['c', 'e']);
    const error = await run({ options: { only: 'c,no_such' } }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as Error).message).to.contain('no_such');
  });

  it('ends with the reason of the abort, in the middle of the databases', async () => {
    const stop = new AbortController();
    const preflight: Preflight = (_source, { signal }) => {
      setTimeout(() => stop.abort('stop'), 10);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    expect(await run({ preflight, signal: stop.signal }).catch((thrown: unknown) => thrown)).to.equal('stop');
  });

  it('prints no password that an earlier run has written down', async () => {
    const failure = { stage: 'dump', message: "denied for 'u' using geheim", advice: 'not geheim' };
    const outcome = {
      database: 'a',
      state: 'failed',
      isLeftover: false,
      seconds: 1,
      fileName: 'f',
      findings: [],
      failure,
    };
    const lastRun = {
      startedAt: new Date(),
      endedAt: new Date(),
      exitCode: 1,
      server: 'http://h/',
      total: 1,
      outcomes: [outcome],
      notDone: [],
      kept: [],
    };
    await writeFile(join(folder, 'last-run.json'), JSON.stringify(lastRun));
    const { checks } = await run({ options: { 'work-dir': folder } });
    expect(JSON.stringify(checks)).to.contain('using ***').and.not.contain('geheim');
  });

  it('goes on when the last run cannot be read', async () => {
    await writeFile(join(folder, 'last-run.json'), '{"outcomes": [{}]}');
    const { checks } = await run({ options: { 'work-dir': folder } });
    expect(inArea(checks, 'last run').map(({ mark }) => mark)).to.deep.equal(['warn']);
    expect(inArea(checks, 'last run')[0]!.message).to.contain(
      "last-run.json can't be read: it is not the report of a run",
    );
  });
});
