import { expect } from 'chai';
import type { FindingCode } from '../../protocol/finding-codes.ts';
import { ALL_RIGHTS, FaultScene } from '../../testing/cli/fault-scene.ts';
import { SHOP } from '../../testing/databases/shop.ts';

describe('a backup by a user', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
  });
  after(() => scene[Symbol.asyncDispose]());

  const allBut = (right: string) => [
    `${ALL_RIGHTS.filter(it => it !== right).join(', ')} on {db}.*`,
    'select on mysql.proc',
  ];

  /** Expects the backup to be kept as incomplete, with the statement that fixes it. */
  async function expectFound(grants: readonly string[], code: FindingCode): Promise<void> {
    await using trial = await scene.trial(database, { grants });
    const run = await trial.backup();
    await trial.expectIncomplete(run, [code]);
    const { advice } = run.outcome.findings[0]!;
    expect(advice).to.match(/GRANT [A-Z ]+ ON \S+ TO '\w+'@'127.0.0.1';/);
  }

  it('who may see a single table', async () => {
    await using trial = await scene.trial(database, { grants: ['select on {db}.stock', 'trigger, event on {db}.*'] });
    const run = await trial.backup();
    expect(run.outcome.findings.map(({ code }) => code)).to.include('TABLES_NOT_GRANTED');
    await trial.expectIncomplete(run, ['TABLES_NOT_GRANTED', 'VIEWS_NOT_GRANTED', 'ROUTINES_NOT_GRANTED']);
  });

  it('without the right SHOW VIEW', async () => {
    await expectFound(allBut('SHOW VIEW'), 'VIEWS_NOT_GRANTED');
  });

  it('without the right TRIGGER', async () => {
    await expectFound(allBut('TRIGGER'), 'TRIGGERS_NOT_GRANTED');
  });

  it('without the right EVENT', async () => {
    await expectFound(allBut('EVENT'), 'EVENTS_NOT_GRANTED');
  });

  it("without the right to see the routines' bodies", async () => {
    await expectFound([`${ALL_RIGHTS.join(', ')} on {db}.*`], 'ROUTINES_NOT_GRANTED');
  });

  it('who may not use the database at all', async () => {
    await using trial = await scene.trial(database, { grants: [] });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /1044|Access denied/ });
  });

  it('of a database that does not exist', async () => {
    await using trial = await scene.trial(database, { grants: ['select on *.*'], entry: { database_name: 'no_such' } });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /1049.*no_such/ });
  });
});
