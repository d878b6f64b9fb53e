import { expect } from 'chai';
import { request } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { outcomeOfBackup, outcomesOfDatabase } from './search-outcomes.ts';

describeOnAnyStore('how runs ended for one database', store => {
  let app: RunningApp;
  const takenAt = new Date('2026-11-20T01:30:00Z');
  const sent = { id: 77, database: 'pt_xyz', takenAt, receivedAt: new Date('2026-11-22T01:40:00Z') };

  before(async () => {
    app = await runApp(store);
    await report(20, [sampleFailure('pt_xyz', at(20)), sampleOutcome('pt_abc', { ...at(20), backup_id: 77 })]);
    await report(21, [sampleOutcome('pt_xyz', { ...at(21), backup_id: 78 })]);
    await report(22, [
      sampleOutcome('pt_xyz', { ...at(22), backup_id: 77, leftover: true }),
      sampleOutcome('pt_xyz', { ...at(22), backup_id: 79 }),
    ]);
  });
  after(() => app[Symbol.asyncDispose]());

  const at = (day: number) => ({
    started_at: `2026-11-${day}T01:30:00.000Z`,
    ended_at: `2026-11-${day}T01:31:00.000Z`,
  });

  async function report(day: number, outcomes: ReturnType<typeof sampleOutcome>[]) {
    const exit_code = outcomes.some(({ state }) => state === 'failed') ? 1 : 0;
    const run = sampleRun(['pt_xyz', 'pt_abc'], { ...at(day), outcomes, exit_code });
    const headers = { 'content-type': 'application/json' };
    const { status, text } = await request(`${app.url}/-/runs`, { method: 'POST', headers, body: JSON.stringify(run) });
    expect(status, text).to.equal(201);
  }

  it('is listed newest first, without what an earlier run left behind, for those who may see it', async () => {
    const { em } = app.history;
    const all = await outcomesOfDatabase({ em: em.fork(), scope: EVERYTHING }, 'pt_xyz', 10);
    expect(all.map(({ state, backupId }) => [state, backupId])).to.deep.equal([
      ['complete', 79],
      ['complete', 78],
      ['failed', null],
    ]);
    expect(await outcomesOfDatabase({ em: em.fork(), scope: EVERYTHING }, 'pt_xyz', 1)).to.have.length(1);
    expect(await outcomesOfDatabase({ em: em.fork(), scope: ['pt_a*'] }, 'pt_xyz', 10)).to.deep.equal([]);
  });

  it('is found for the backup that it sent, also where a later run sent it, and never by another database', async () => {
    const em = app.history.em.fork();
    const found = await outcomeOfBackup({ em }, sent);
    expect([found?.databaseName, found?.isLeftover]).to.deep.equal(['pt_xyz', 1]);
    expect(await outcomeOfBackup({ em }, { ...sent, id: 80 })).to.equal(undefined);
    const later = new Date('2026-12-24T01:30:00Z');
    expect(await outcomeOfBackup({ em }, { ...sent, takenAt: later, receivedAt: later })).to.equal(undefined);
  });
});
