import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BackupReport } from '../../protocol/responses.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { Run } from '../../testing/cli/fault-trial.ts';
import { sade } from '../../testing/cli/sade.ts';
import { MID_INSERT, SHOP } from '../../testing/databases/shop.ts';

describe('a backup whose dump program', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
  });
  after(() => scene[Symbol.asyncDispose]());

  /** Runs a backup of the shop whose dump program does what the script says. */
  async function dumpedBy(script: string, more: string[] = []) {
    const trial = await scene.trial(database);
    const program = await spoiledDumpProgram(trial.place.folder, script);
    const run = await trial.backup(['--mysqldump', program, '--mariadb-dump', program, ...more]);
    const checks = {
      run,
      expectFailed: (stage: 'dump', says: RegExp) => trial.expectFailed(run, { stage, says }),
      expectIncomplete: (...codes: Parameters<typeof trial.expectIncomplete>[1]) => trial.expectIncomplete(run, codes),
    };
    return { ...checks, [Symbol.asyncDispose]: () => trial[Symbol.asyncDispose]() };
  }
  const findingsOf = ({ outcome }: Run) => outcome.findings.map(({ message }) => message).join('\n');

  /** A dump of so many tables, each with a name of 40 characters and a row. */
  const manyTables = (count: number) =>
    `header; awk 'BEGIN { for (i = 0; i < ${count}; i++) { t = sprintf("wp_%037d", i);
      printf "CREATE TABLE \x60%s\x60 (\\n  \x60i\x60 int(11)\\n);\\nINSERT INTO \x60%s\x60 VALUES\\n(1);\\n", t, t } }'; marker`;

  it('writes 60,000 tables: the backup is complete, and the service knows each of them', async () => {
    await using dumped = await dumpedBy(`mariadb-dump "$@" | sed '/^-- Dump completed/d'; ${manyTables(60_000)}`);
    const { outcome } = dumped.run;
    expect(outcome, dumped.run.stderr).to.deep.include({ state: 'complete', findings: [] });
    const answer = await fetch(`${scene.service.url}/${outcome.backup_id}/manifest`);
    const { data } = (await answer.json()) as BackupReport;
    expect(data.state).to.equal('complete');
    expect(data.manifest!.inventory.tables).to.have.length.above(60_000);
    expect(JSON.stringify(data.manifest).length).to.be.above(4 << 20);
  });

  it('writes more tables than a manifest can name: the zip is stored anyway, and the run says what that means', async () => {
    await using dumped = await dumpedBy(`mariadb-dump "$@" | sed '/^-- Dump completed/d'; ${manyTables(130_000)}`);
    const { outcome } = dumped.run;
    expect(outcome.state, dumped.run.stderr).to.equal('incomplete');
    expect(outcome.findings.map(({ code }) => code)).to.deep.equal(['NO_MANIFEST', 'MANIFEST_TOO_LARGE']);
    expect(dumped.run.stderr).to.contain('(130,00').and.contain('larger than 8.0 MiB');
  });

  it('dies before its first byte', async () => {
    await using dumped = await dumpedBy('exit 1');
    await dumped.expectFailed('dump', /exit code 1/);
  });

  it('dies in the middle of an INSERT', async () => {
    await using dumped = await dumpedBy(`mariadb-dump "$@" | head -c ${MID_INSERT}; exit 3`);
    await dumped.expectFailed('dump', /exit code 3/);
  });

  it('is killed by SIGKILL', async () => {
    await using dumped = await dumpedBy(`mariadb-dump "$@" | head -c ${MID_INSERT}; kill -9 $$`);
    await dumped.expectFailed('dump', /ended by SIGKILL/);
  });

  it('is killed by SIGKILL behind the end marker', async () => {
    await using dumped = await dumpedBy('mariadb-dump "$@"; kill -9 $$');
    await dumped.expectFailed('dump', /ended by SIGKILL/);
  });

  it('ends with exit code 3 behind the end marker', async () => {
    await using dumped = await dumpedBy('mariadb-dump "$@"; exit 3');
    await dumped.expectFailed('dump', /exit code 3/);
  });

  it('writes nothing and ends with exit code 0', async () => {
    await using dumped = await dumpedBy('exit 0');
    await dumped.expectFailed('dump', /cut off/);
  });

  it("leaves the marker's text only within a row", async () => {
    await using dumped = await dumpedBy(
      `mariadb-dump "$@" | sed '$d'; echo "INSERT INTO stock VALUES (999,'-- Dump completed on 2026-01-01');"`,
    );
    await dumped.expectFailed('dump', /cut off/);
  });

  it("leaves the marker's text at the start of a line within a string", async () => {
    await using dumped = await dumpedBy(
      `mariadb-dump "$@" 2>/dev/null | head -c ${MID_INSERT}; printf '\\n-- Dump completed on 2026-01-01  0:00:00'`,
    );
    await dumped.expectIncomplete('UNTERMINATED_STATEMENT', 'OBJECTS_MISSING');
  });

  it('writes on behind the end marker', async () => {
    await using dumped = await dumpedBy('mariadb-dump "$@"; echo "INSERT INTO stock VALUES (999, 1);"');
    await dumped.expectFailed('dump', /cut off/);
  });

  it('ends between two rows of a statement, with the end marker behind', async () => {
    await using dumped = await dumpedBy(
      `mariadb-dump "$@" | sed '$d'; printf 'INSERT INTO stock VALUES (999,1),'; marker`,
    );
    await dumped.expectIncomplete('UNTERMINATED_STATEMENT');
  });

  it('ends under a DELIMITER that was never taken back, with the end marker behind', async () => {
    await using dumped = await dumpedBy(`mariadb-dump "$@" | sed '$d'; echo 'DELIMITER ;;'; marker`);
    await dumped.expectIncomplete('UNTERMINATED_STATEMENT');
  });

  it('drips a byte from time to time until the time is up', async () => {
    await using dumped = await dumpedBy('header; for _ in $(seq 60); do printf x; sleep 0.1; done', [
      '--timeout',
      '2s',
    ]);
    await dumped.expectFailed('dump', /longer than the 2 s/);
  });

  it('floods stderr and fails', async () => {
    await using dumped = await dumpedBy(`rows 20000000 >&2; complain 'Got error: 2013: Lost connection'; exit 3`);
    await dumped.expectFailed('dump', /exit code 3: x+.*bytes left out.*Lost connection/s);
    expect(dumped.run.outcome.failure!.message.length).to.be.lessThan(20_000);
  });

  it('complains of a denied right and ends with exit code 0', async () => {
    await using dumped = await dumpedBy(
      `mariadb-dump "$@"; complain "mysqldump: Error: 'Access denied; you need (at least one of) the PROCESS privilege'"`,
    );
    await dumped.expectIncomplete('DUMP_STDERR_ERROR');
    expect(findingsOf(dumped.run)).to.contain('PROCESS privilege');
  });

  it('leaves out a table', async () => {
    await using dumped = await dumpedBy(`leaving --ignore-table=${database}.stock "$@"`);
    await dumped.expectIncomplete('OBJECTS_MISSING');
    expect(findingsOf(dumped.run)).to.contain('stock').and.contain('no_debt');
  });

  it('leaves out the triggers', async () => {
    await using dumped = await dumpedBy('leaving --skip-triggers "$@"');
    await dumped.expectIncomplete('OBJECTS_MISSING');
    expect(findingsOf(dumped.run)).to.contain('no_debt');
  });

  it('leaves out the routines', async () => {
    await using dumped = await dumpedBy('leaving --skip-routines "$@"');
    await dumped.expectIncomplete('OBJECTS_MISSING');
    expect(findingsOf(dumped.run)).to.contain('restock');
  });

  it('leaves out the events', async () => {
    await using dumped = await dumpedBy('leaving --skip-events "$@"');
    await dumped.expectIncomplete('OBJECTS_MISSING');
    expect(findingsOf(dumped.run)).to.contain('nightly');
  });

  it('leaves out a view', async () => {
    await using dumped = await dumpedBy(`leaving --ignore-table=${database}.cheap "$@"`);
    await dumped.expectIncomplete('OBJECTS_MISSING');
    expect(findingsOf(dumped.run)).to.contain('cheap');
  });

  it('is a link to a program that dumps nothing', async () => {
    await using trial = await scene.trial(database);
    const program = join(trial.place.folder, 'mariadb-dump');
    await symlink('/bin/true', program);
    const { code, stderr } = await sade(
      trial.place.args(scene.service.url, '--mysqldump', program, '--mariadb-dump', program),
    );
    expect(code).to.equal(3);
    expect(stderr).to.contain(program).and.contain('does not answer --version');
    await trial.expectNothingStored();
    expect(await trial.spooled()).to.deep.equal([]);
  });
});
