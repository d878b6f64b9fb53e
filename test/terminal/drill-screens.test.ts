import { expect } from 'chai';
import { widthOf } from '../../cli/terminal/cut.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SadeTerminal } from '../../testing/cli/sade-terminal.ts';
import { send } from '../../testing/databases/many-databases.ts';
import { request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { inTimeZone } from '../../testing/time-zone.ts';

const ZONE = 'Asia/Jakarta';
const REASON = 'the table faktur has 9 rows instead of 10, and the view laba could not be made';

describe('what sade list, history and show report about drills', function () {
  this.timeout(60_000);
  inTimeZone(ZONE);
  let app: RunningApp;
  let terminal: SadeTerminal;
  const ids: Record<string, number> = {};

  before(async () => {
    app = await runApp(historyStores[0]!);
    terminal = await SadeTerminal.open({ TZ: ZONE });
    for (const name of ['terbukti', 'gagal', 'belum', 'tidak_bisa'])
      for (const hoursAgo of [31, 7]) ids[name] = await send(app, { name, hoursAgo });
    await drill('terbukti', 50, {});
    await drill('gagal', 2, {
      ...{ outcome: 'not_restorable', reason: REASON, dump_again: null, difference_count: 12 },
      differences: Array.from({ length: 12 }, (_, at) => ({
        ...{ kind: 'table', object: `faktur_${at}`, expected: '10 rows', found: '9 rows' },
      })),
      not_tested: ['The second dump: the first differences were enough.'],
    });
    await drill('gagal', 1, { outcome: 'could_not_test', reason: 'the disk was full', rto_seconds: null });
    await drill('tidak_bisa', 1, { outcome: 'could_not_test', reason: 'no mariadbd was found', rto_seconds: null });
  });
  after(async () => {
    await terminal[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
  });

  const drill = async (name: string, hoursAgo: number, fields: object) => {
    const id = ids[name]!;
    const { json } = await request(`${app.url}/${id}/manifest`);
    // No drill ends before its backup is there, so each row gets its time by hand.
    const report = sampleDrill({
      ...{ database: name, backup: { id, file_name: json.data.file_name, zip_sha256: null }, ...fields },
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${app.url}/-/drills`, { method: 'POST', headers, body: JSON.stringify(report) });
    expect(answer.status, answer.text).to.equal(201);
    const endedAt = Date.now() - hoursAgo * 3_600_000;
    await app.history.em.fork().execute('update reports set ended_at = ? where id = ?', [endedAt, answer.json.data.id]);
  };

  const run = (...args: string[]) => sade(args, { env: { SADE_SERVER: app.url } });
  const onTerminal = async (args: readonly string[], columns: number) => {
    const { bytes } = await terminal.run(args, columns, { SADE_SERVER: app.url });
    return { lines: bytes.replace(/\x1b\[[\d;]*m/g, '').split('\r\n'), bytes };
  };

  for (const columns of [60, 80, 120, 200])
    it(`sade list names a failed drill first, and has no line wider than ${columns} columns`, async () => {
      const { lines, bytes } = await onTerminal(['list'], columns);
      for (const line of lines) expect(widthOf(line), line).to.be.at.most(columns);
      expect(lines[1]).to.match(/^gagal +DRILL FAILED +\d+ /);
      expect(bytes).to.contain('\x1b[31mDRILL FAILED');
      expect(lines[2]).to.match(/^belum +complete/);
      if (columns >= 80) {
        const at = lines[0]!.indexOf('proven');
        expect(at, lines[0]).to.be.above(0);
        expect(lines.slice(1, 5).map(line => line.slice(at - 2, at + 6).trim())).to.deep.equal([
          ...['FAILED', '', '2 d', 'untested'],
        ]);
      }
      const text = lines.join(' ').replace(/\s+/g, ' ');
      expect(text)
        .to.contain(`DRILL FAILED: backup ${ids.gagal} was not restorable in the drill of `)
        .and.contain(REASON);
      expect(text).to.contain(`what to do: sade show ${ids.gagal} shows what differs.`);
      expect(text).to.contain('4 databases: 1 DRILL FAILED, 3 complete');
      expect(text).to.match(new RegExp(`next: sade show ${ids.gagal} +# why gagal could not be restored`));
    });

  it('sade list exits with 1 where it lists a database whose last proof is a failed drill, else with 0', async () => {
    for (const [filter, expected] of [
      [[], 1],
      [['--json'], 1],
      [['--search', 'gagal'], 1],
      [['--search', 'terbukti'], 0],
      [['--search', 'belum'], 0],
      [['--search', 'tidak_bisa'], 0],
      [['--state', 'complete'], 0],
      [['--search', 'nothing of this name'], 0],
    ] as const)
      expect((await run('list', ...filter)).code, filter.join(' ')).to.equal(expected);
  });

  it('sade list finds failed drills by their state, and shows no column of them where there was no drill', async () => {
    const { stdout } = await run('list', '--state', 'drill-failed');
    expect(stdout.match(/^\w+ +(DRILL FAILED|complete)/gm)).to.deep.equal(['gagal     DRILL FAILED']);
    expect((await run('list', '--search', 'belum')).stdout).to.not.contain('proven');
    const [{ last_drill, last_proof }] = JSON.parse((await run('list', '--json', '--search', 'gagal')).stdout);
    expect([last_drill.outcome, last_proof.outcome]).to.deep.equal(['could_not_test', 'not_restorable']);
  });

  it('sade history shows which backup was proven, and the failed drill', async () => {
    for (const columns of [60, 80, 120]) {
      const { lines } = await onTerminal(['history', 'gagal'], columns);
      for (const line of lines) expect(widthOf(line), line).to.be.at.most(columns);
      expect(lines.join(' ').replace(/\s+/g, ' ')).to.contain(REASON);
    }
    const { lines } = await onTerminal(['history', 'terbukti'], 80);
    expect(lines[0]).to.match(/proven/);
    expect(lines[1]).to.match(/ 2 d/);
    expect((await onTerminal(['history', 'belum'], 80)).lines[0]).to.not.contain('proven');
  });

  it('sade show tells how long a restore takes, or what a drill found, and exits with 1 where it failed', async () => {
    const good = await run('show', `${ids.terbukti}`);
    expect(good.code).to.equal(0);
    expect(good.stdout).to.match(
      /^ {8}drill +restorable, \d+ \w{3} \d{4} \d\d:\d\d \+07:00; a restore takes 1 min 14 s$/m,
    );
    const none = await run('show', `${ids.belum}`);
    expect(none.code).to.equal(0);
    expect(none.stdout).to.match(/^ {8}drill +not yet: no one has tried to restore it$/m);
    const untested = await run('show', `${ids.tidak_bisa}`);
    expect(untested.stdout).to.match(/^ {8}drill +could not test, .*: no mariadbd was found$/m);
    const { stdout, code } = await run('show', `${ids.gagal}`);
    expect(code, stdout).to.equal(1);
    expect(stdout).to.match(/^ {8}drill +could not test, .*: the disk was full$/m);
    expect(stdout)
      .to.match(/^ {8}before +FAILED, not restorable, /m)
      .and.contain(REASON);
    expect(stdout).to.contain('FAILED, not restorable, ').and.contain(REASON);
    expect(stdout.match(/^ {8}differs .*$/gm)).to.have.lengthOf(11);
    expect(stdout).to.contain('table faktur_0: 10 rows expected, 9 rows found').and.contain('and 2 more');
    expect(stdout).to.match(/^ {8}not tested +The second dump: /m);
    expect((await onTerminal(['show', `${ids.gagal}`], 80)).bytes).to.contain('FAILED');
  });
});
