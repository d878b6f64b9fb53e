import { expect } from 'chai';
import { type Finding, finding } from '../../../protocol/finding.ts';
import type { BackupReport } from '../../../protocol/responses.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import type { LastRun } from '../../report/last-run.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { checkStored } from './stored-check.ts';

const NOW = new Date('2026-01-02T03:00:00Z');
const PT_XYZ = { label: 'pt_xyz' } as DatabaseSource;
/** That delivered nothing of it. */
const RUN = { outcomes: [{ database: 'pt_xyz' }] } as unknown as LastRun;

/** What the service finds of the incomplete one. */
let findings: Finding[] = [];
const askReport = async () => ({ findings }) as BackupReport['data'];

describe('doctor: newest backups', () => {
  beforeEach(() => {
    findings = [finding('BROKEN_VIEW', 'v is broken', 'Fix it.')];
  });

  const check = async (
    timestamp: string | undefined,
    state = 'complete',
    lastRun: LastRun | 'unreadable' | undefined = RUN,
  ) => {
    const latest_backup = { id: 7, file_name: 'x', timestamp: timestamp!, state: state as 'complete' };
    const { checks } = await checkStored({
      sources: [PT_XYZ],
      ask: async () => (timestamp === undefined ? [] : [{ database_name: 'pt_xyz', latest_backup }]),
      askReport,
      lastRun,
      now: NOW,
    });
    expect(checks).to.have.length(1);
    return `${checks[0]!.mark} ${checks[0]!.message} ${checks[0]!.advice ?? ''}`;
  };

  it('are ok when they are complete and not older than a night', async () =>
    expect(await check('2026-01-02 01:30:00')).to.equal('ok is complete, 1 h old (id 7) '));

  it('are a problem when they are not complete, however new', async () => {
    for (const state of ['incomplete', 'unverified', 'damaged'])
      expect(await check('2026-01-02 01:30:00', state))
        .to.match(new RegExp(`^FAIL is ${state.toUpperCase()}, 1 h old`))
        .and.contain('sade show 7');
  });

  it('warns when the newest backup is old, and when a database has no backup', async () => {
    expect(await check('2026-01-01 00:59:00')).to.match(/^warn is complete, 26 h old/);
    expect(await check('2026-01-01 01:01:00')).to.match(/^ok/);
    expect(await check(undefined)).to.match(/^warn the service has no backup of it yet .*sade backup --only pt_xyz$/);
    const { checks } = await checkStored({ sources: [PT_XYZ], ask: async () => [], askReport, lastRun: undefined });
    expect(await check(undefined, '', 'unreadable'), 'a run that is known only to have been').to.match(
      /^warn the service has no backup of it yet/,
    );
    expect(checks[0], 'before the first run').to.include({
      mark: 'ok',
      message: 'the service has no backup of it yet; sade backup makes one',
    });
  });

  it('are a problem when the service has none of the delivered backups: its history may be lost', async () => {
    const run = { ...RUN, outcomes: [{ database: 'pt_xyz', backupId: 7 }] } as unknown as LastRun;
    expect(await check(undefined, '', run)).to.match(
      /^FAIL the service has no backup of it, .* \(id 7\) .*lost its history/,
    );
  });

  it('are a problem when they have lost something that no one has accepted, although they are complete', async () => {
    const latest_backup = { id: 7, file_name: 'x', timestamp: '2026-01-02 01:30:00', state: 'complete' as const };
    const reference = { id: 5, file_name: 'y', timestamp: '2026-01-01 01:30:00', state: 'complete' as const };
    const unaccepted_loss = { id: 7, timestamp: latest_backup.timestamp, message: 'lost: table faktur', reference };
    const { checks } = await checkStored({
      sources: [PT_XYZ],
      ask: async () => [{ database_name: 'pt_xyz', latest_backup, unaccepted_loss }],
      askReport,
      lastRun: RUN,
      now: NOW,
    });
    expect(checks.map(({ mark }) => mark)).to.deep.equal(['ok', 'FAIL']);
    expect(checks[1]!.message).to.contain(
      `backup 7 (${inLocalTime('2026-01-02 01:30:00')}): lost: table faktur; not accepted`,
    );
    expect(checks[1]!.advice)
      .to.contain('sade restore pt_xyz --into pt_xyz_restored --at 5.')
      .and.contain("sade accept 7 --reason 'why'");
  });

  it('are a problem of its own when an incomplete one has lost something besides', async () => {
    findings.push(finding('SHRUNK', 'lost: table faktur', 'Check the database.'));
    const latest_backup = { id: 7, file_name: 'x', timestamp: '2026-01-02 01:30:00', state: 'incomplete' as const };
    const ask = async () => [{ database_name: 'pt_xyz', latest_backup }];
    const { checks } = await checkStored({ sources: [PT_XYZ], ask, askReport, lastRun: RUN, now: NOW });
    expect(checks.map(({ mark, message }) => `${mark} ${message}`)).to.deep.equal([
      'FAIL is INCOMPLETE, 1 h old (id 7)',
      `FAIL backup 7 (${inLocalTime('2026-01-02 01:30:00')}): lost: table faktur (SHRUNK)`,
    ]);
    expect(checks[1]!.advice).to.equal('Check the database.');
  });

  it('are a problem when a drill found one not restorable, also when a later drill could not test', async () => {
    const latest_backup = { id: 7, file_name: 'x', timestamp: '2026-01-02 01:30:00', state: 'complete' as const };
    const drill = { id: 1, backup_id: 6, at: '2026-01-01T03:00:00.000Z', seconds: 60, reason: 'v is missing' };
    const last_proof = { ...drill, outcome: 'not_restorable' as const };
    const last_drill = { ...drill, outcome: 'could_not_test' as const, reason: 'no mariadbd' };
    const ask = async () => [{ database_name: 'pt_xyz', latest_backup, last_drill, last_proof }];
    const { checks } = await checkStored({ sources: [PT_XYZ], ask, askReport, lastRun: RUN, now: NOW });
    expect(checks.map(({ mark }) => mark)).to.deep.equal(['ok', 'FAIL']);
    expect(checks[1]!.message).to.equal(
      `backup 6 was not restorable in the drill of ${inLocalTime('2026-01-01 03:00:00')}: v is missing`,
    );
    expect(checks[1]!.advice).to.contain('sade show 6');
  });

  it('fail as a whole when the service does not answer', async () => {
    const ask = () => Promise.reject(new Error('no'));
    expect(await checkStored({ sources: [], ask, askReport, lastRun: RUN }).catch(error => error.message)).to.equal(
      'no',
    );
  });
});
