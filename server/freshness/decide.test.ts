import { expect } from 'chai';
import { contractConfiguration, DAY, HOUR, MINUTE } from '../../testing/freshness/contracts.ts';
import { addBackup, addToRoster } from '../../testing/freshness/watched-history.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { AppError } from '../errors/errors.ts';
import { forgetWatched, pauseDatabase, resumeDatabase, retireDatabase } from './decide.ts';
import { evaluateFreshness } from './evaluate-freshness.ts';
import { WATCHES } from './kept-watches.ts';

const START = new Date('2026-03-01T02:00:00Z');
const later = (ms: number) => new Date(START.getTime() + ms);
const decided = { by: 'Ana', reason: 'the server moves' };

describeOnAnyStore('what a person decides about a database', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  let name = '';
  let count = 0;
  beforeEach(async () => {
    name = `pt_${count++}`;
    await addBackup(app.history, { database: name, receivedAt: START });
    await evaluate(later(MINUTE));
  });

  const parts = (now: Date) => ({
    ...{ em: app.history.em.fork(), storage: app.storage, configuration: contractConfiguration(), now },
  });
  const evaluate = (now: Date) => evaluateFreshness(parts(now));

  async function refusal(work: Promise<unknown>): Promise<string> {
    const error = await work.catch((error: unknown) => error);
    if (!(error instanceof AppError)) throw new Error('it was not refused', { cause: error });
    return `${error.status} ${error.message}`;
  }

  it('is in force at once, lies beside the storage, and outlasts the rows', async () => {
    const until = later(10 * DAY);
    expect(await pauseDatabase(parts(later(HOUR)), name, { ...decided, until })).to.deep.include({
      ...{ state: 'paused', paused_until: until, paused_by: 'Ana', paused_for: 'the server moves', due_at: null },
    });
    await addBackup(app.history, { database: 'pt_gone', receivedAt: START });
    await retireDatabase(parts(later(HOUR)), 'pt_gone', decided);
    expect(await app.storage.getText(WATCHES)).to.contain(
      `{"database":"${name}","paused":{"from":"2026-03-01T03:00:00`,
    );
    await app.history.em.fork().execute('delete from watched_databases');
    await evaluate(later(3 * DAY));
    const rows = await app.history.em.fork().execute('select database_name as name, state from watched_databases');
    expect(rows).to.deep.include.members([
      { name, state: 'paused' },
      { name: 'pt_gone', state: 'retired' },
    ]);
  });

  it('is taken back by resume, which starts no new day for one that was late before', async () => {
    const until = later(10 * DAY);
    await pauseDatabase(parts(later(HOUR)), name, { ...decided, until });
    expect(await resumeDatabase(parts(later(2 * DAY)), name)).to.deep.include({ state: 'new', due_at: later(3 * DAY) });
    await evaluate(later(4 * DAY));
    await retireDatabase(parts(later(4 * DAY)), name, decided);
    await evaluate(later(50 * DAY));
    expect(await resumeDatabase(parts(later(50 * DAY)), name)).to.include({ state: 'critical' });
    expect(await refusal(resumeDatabase(parts(later(50 * DAY)), name)))
      .to.contain('409')
      .and.contain('neither paused');
  });

  it('needs an end within 90 days, a reason, a name, and a database that is known', async () => {
    const pause = (given: object, database = name) =>
      refusal(pauseDatabase(parts(START), database, { ...decided, until: later(DAY), ...given }));
    expect(await pause({ until: later(90 * DAY + 1) })).to.equal('422 until must be within the next 90 days');
    for (const until of [START, later(-DAY), new Date(Number.NaN)])
      expect(await pause({ until })).to.equal('422 until must be within the next 90 days');
    expect(await pause({ reason: ' ' })).to.contain('422 reason must be a text of 1 to 1000 characters');
    expect(await pause({ by: '' })).to.contain('422 by must be a text of 1 to 255');
    expect(await pause({ reason: 'a\nb' })).to.contain('422 reason');
    expect(await pause({}, 'no_such')).to.equal('404 No database named no_such has been backed up');
    await retireDatabase(parts(START), name, decided);
    expect(await pause({}))
      .to.contain('409')
      .and.contain('is retired: resume it first');
  });

  it('can be about a database that is on a list only, and two decisions at once both hold', async () => {
    const names = [`${name}_a`, `${name}_b`];
    await addToRoster(app.history, names, { at: START });
    await Promise.all(names.map(database => retireDatabase(parts(START), database, decided)));
    for (const database of names) expect(await app.storage.getText(WATCHES)).to.contain(`"${database}"`);
  });

  it('is forgotten with an erased client', async () => {
    await retireDatabase(parts(START), name, decided);
    await forgetWatched(parts(START), [name]);
    expect(await app.storage.getText(WATCHES)).to.not.contain(`"${name}"`);
    for (const table of ['watched_databases', 'state_changes'])
      expect(
        await app.history.em.fork().execute(`select 1 from ${table} where database_name = ?`, [name]),
      ).to.have.length(0);
  });
});
