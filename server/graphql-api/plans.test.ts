import { expect } from 'chai';
import { FIRST_TAKEN, fillHistory } from '../../testing/history/filled-history.ts';
import { planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql, request } from '../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { isSqlite } from '../history/dialect.ts';

const DAY_MS = 86_400_000;
const at = (day: number) => new Date(FIRST_TAKEN + day * DAY_MS).toISOString();

/** What administrators ask for, and what each statement of the answer may use. */
const QUESTIONS: Record<string, string> = {
  'the fleet with its latest backups': '{ databases { nodes { latestBackup { id } latestCompleteBackup { id } } } }',
  'what the night has missed': '{ databases(filter: { noCompleteForHours: 26 }) { nodes { name } } }',
  'what has lost something':
    '{ databases(filter: { hasUnacceptedLoss: true }) { nodes { unacceptedLoss { loss { status } } } } }',
  'what is not proven': '{ databases(filter: { notProvenForDays: 30 }) { totalCount nodes { name } } }',
  'what is proven': '{ fleetProven { proven } databases { nodes { lastProof { at } } } }',
  'the losses of many': '{ databases { nodes { unacceptedLoss { id } } } }',
  'the fleet by size': '{ databases(orderBy: { field: SIZE, direction: DESC }) { nodes { name } } }',
  'the newest backups': '{ backups(first: 10) { nodes { id } } }',
  'the newest of one state': '{ backups(first: 10, filter: { states: [incomplete] }) { nodes { id } } }',
  'those that are damaged': '{ backups(first: 10, filter: { states: [damaged] }) { nodes { id } } }',
  'the largest': '{ backups(first: 10, orderBy: { field: SIZE, direction: DESC }) { nodes { id } } }',
  'those of a night': `{ backups(first: 10, filter: { takenFrom: "${at(400)}", takenBefore: "${at(401)}" }) { nodes { id } } }`,
  'those of one database': '{ backups(first: 10, filter: { database: "filled_7" }) { nodes { id } } }',
  'the largest of one database':
    '{ backups(first: 10, filter: { database: "filled_7" }, orderBy: { field: SIZE, direction: DESC }) { nodes { id } } }',
  'those of one database and state':
    '{ backups(first: 10, filter: { database: "filled_7", states: [complete] }) { nodes { id } } }',
  'one by its file': '{ backups(filter: { fileName: "filled-7-123" }) { nodes { id } } }',
  'the histories of many': '{ databases { nodes { backups(first: 3) { nodes { id } } } } }',
  'the counts of many': '{ databases { nodes { backupCount storedBytes } } }',
  'the last days of many': '{ databases { nodes { days(last: 7) { backups } } } }',
};

describeOnEachStore('the plans of what GraphQL asks', store => {
  let app: RunningApp;
  before(async function () {
    this.timeout(120_000);
    app = await runApp(store);
    await fillHistory(app.history, 40, 500);
    await graphql(app.url, '{ statistics { backups } }');
  });
  after(() => app[Symbol.asyncDispose]());

  for (const [question, query] of Object.entries(QUESTIONS))
    it(`have an index for ${question}`, async () => {
      const statements = await queriesOf(app.history, async () => {
        const { json, text } = await graphql(app.url, query);
        expect(json.errors, text).to.equal(undefined);
      });
      expect(statements).to.not.have.length(0);
      for (const statement of statements) await expectIndexes(statement);
    });

  it('have an index for a page deep in a list, and read no more for it than for the first', async () => {
    const page = async (after: string) => {
      const query = `{ backups(first: 10${after}) { pageInfo { endCursor } } }`;
      let cursor = '';
      const statements = await queriesOf(app.history, async () => {
        cursor = (await graphql(app.url, query)).json.data.backups.pageInfo.endCursor;
      });
      return { statement: statements[0]!, cursor };
    };
    const { json } = await graphql(
      app.url,
      `{ backups(first: 1, filter: { takenBefore: "${at(20)}" }) { pageInfo { endCursor } } }`,
    );
    const { statement } = await page(`, after: "${json.data.backups.pageInfo.endCursor}"`);
    await expectIndexes(statement);
    // From the place on, and not from the end of the index up to it.
    const isRange = isSqlite(app.history.em)
      ? /SEARCH b USING INDEX backups_by_time \(sorted_at<\?\)/
      : /"type":"range"/;
    expect(await planOf(app.history, statement)).to.match(isRange);
    expect(statement).to.not.contain('offset');
  });

  it('look at no more databases than a page by name shows', async () => {
    const statements = await queriesOf(app.history, () =>
      graphql(app.url, '{ databases(first: 3) { nodes { name } } }'),
    );
    expect(statements[0]!.match(/limit 4\b/g)).to.have.length(2);
  });

  it('have an index for the totals of all days, and for those of one that has changed', async () => {
    const statements = await queriesOf(app.history, async () => {
      app.events.changed({ id: 1, database: 'filled_7', sortedAt: new Date(at(100)) });
      await graphql(app.url, '{ statistics(days: 365) { backups days { failures } } }');
    });
    expect(statements).to.have.length(2);
    for (const statement of statements) await expectIndexes(statement);
    expect(await planOf(app.history, statements[0]!)).to.contain('backups_by_time');
  });

  it('have an index for REST', async () => {
    const statements = await queriesOf(app.history, async () => {
      for (const path of ['/', '/filled_7?limit=10']) expect((await request(app.url + path)).status).to.equal(200);
    });
    for (const statement of statements) await expectIndexes(statement);
  });

  /** No step reads all backups, and none sorts more of them than it found. */
  async function expectIndexes(statement: string): Promise<void> {
    const plan = await planOf(app.history, statement);
    const steps = plan.split('\n').filter(step => isSqlite(app.history.em) || JSON.parse(step).table !== 'd');
    const bad = steps.filter(step => (isSqlite(app.history.em) ? isBadStep(step) : isBadRow(JSON.parse(step))));
    expect(bad, `${statement}\n${plan}`).to.deep.equal([]);
  }
});

/** SQLite: a scan of a table that is not the list of databases, or made of it (`shown`); a scan of an index is one, too. */
function isBadStep(step: string): boolean {
  const { detail } = JSON.parse(step) as { detail: string };
  return (
    /^SCAN (?!d\b|d0\b|shown\b|firsts\b|part\b|\(|CONSTANT)/.test(detail) && !/USING (COVERING )?INDEX/.test(detail)
  );
}

/** MariaDB and MySQL: `ALL` reads a whole table, and what is sorted behind `ref` is a whole history. */
function isBadRow({ table, type, Extra }: Record<'table' | 'type' | 'Extra', string | null>): boolean {
  if (table === null || /^(?:<|firsts|d\d*$)/.test(table)) return false;
  return type === 'ALL' || (type === 'ref' && /filesort/.test(Extra ?? ''));
}
