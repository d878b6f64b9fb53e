import { expect } from 'chai';
import { pino } from 'pino';
import { addBackup } from '../../../testing/freshness/watched-history.ts';
import { type KeptBackup, keepNight } from '../../../testing/service/removing.ts';
import { graphql } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { runRetention } from '../../commands/retention.ts';
import { configurationOf } from '../../configuration/reading/configuration-of.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { fleetBrakes } from '../../retention/fleet-brakes.ts';
import type { Looking } from '../looking/looking.ts';
import { clockJumped } from './clock-jumped.ts';
import { manyForgotten } from './many-forgotten.ts';

const configuration = configurationOf({ timezone: 'Asia/Jakarta', retention: { enabled: true } });
const log = pino({ level: 'silent' });

describeOnAnyStore('alarms about what is removed', store => {
  let app: RunningApp;
  const kept: KeptBackup[] = [];
  before(async () => {
    app = await runApp(store);
    kept.length = 0;
    for (let night = 1; night <= 13; night++) kept.push(await keepNight(app, night));
  });
  after(() => app[Symbol.asyncDispose]());

  const looking = (now = new Date()) => ({ em: app.history.em.fork(), now, configuration }) as unknown as Looking;
  const change = async (name: string, id: number, reason = '') => {
    const { text } = await graphql(app.url, `mutation { ${name}(id: "${id}"${reason}) { id } }`);
    expect(text).to.not.include('errors');
  };

  it('say who wants many backups to go within a day, until they are taken back', async () => {
    const forget = (backups: readonly KeptBackup[]) =>
      Promise.all(backups.map(({ id }) => change('forgetBackup', id, ', reason: "x"')));
    await forget(kept.slice(0, 10));
    expect(await manyForgotten(looking()), 'ten by hand').to.deep.equal([]);
    await forget(kept.slice(10, 11));
    const [found, ...others] = await manyForgotten(looking());
    expect(others).to.deep.equal([]);
    expect(found).to.include({ kind: 'many_forgotten', severity: 'critical' });
    expect(found!.summary).to.match(
      /^11 of 13 backups \(1 database\) were forgotten since .* \+07:00 \(Asia\/Jakarta\), by someone without a token$/,
    );
    const stored = new Date();
    for (let i = 0; i < 120; i++) await addBackup(app.history, { database: 'many', receivedAt: stored });
    expect(await manyForgotten(looking()), '11 of 133').to.deep.equal([]);
    await app.history.em.fork().execute('delete from backups where file_name like ?', ['watched-%']);
    expect(await manyForgotten(looking(new Date(Date.now() + 25 * 3_600_000))), 'a day later').to.deep.equal([]);
    await change('takeBackBackup', kept[0]!.id);
    expect(await manyForgotten(looking())).to.deep.equal([]);
  });

  it('name what was received in the future, which holds all removals until someone accepts it', async () => {
    expect(await clockJumped(looking())).to.deep.equal([]);
    const future = new Date('2031-05-01T12:00:00Z');
    const { id } = kept[12]!;
    await app.history.em.fork().nativeUpdate(Backup, { id }, { receivedAt: future });
    const [found] = await clockJumped(looking());
    expect(found!.summary).to.include(
      `backup ${id} of pt_xyz of 2031-05-01 19:00 +07:00 (Asia/Jakarta), and the clock of the service shows`,
    );
    const retaining = { em: app.history.em.fork(), storage: app.storage, configuration, now: new Date(), log };
    const brakes = async () => (await fleetBrakes(retaining)).map(({ kind }) => kind);
    expect(await brakes()).to.deep.equal(['clock_jumped']);
    const texts: string[] = [];
    const out = { write: (text: string) => texts.push(text) };
    const accept = (...args: string[]) =>
      runRetention(['accept-clock', ...args], { parts: retaining, audit: app.audit, out });
    expect((await accept().catch(error => error)).message).to.include('--reason');
    expect(await brakes()).to.deep.equal(['clock_jumped']);
    await accept('--reason', 'the battery of the clock was empty');
    expect(texts).to.deep.equal([
      `Accepted backup ${id} of pt_xyz, which is of 2031-05-01 12:00 UTC, by a clock that was ahead. It no longer stops removals.\n`,
    ]);
    expect([await brakes(), await clockJumped(looking())]).to.deep.equal([[], []]);
    const { json } = await graphql(
      app.url,
      '{ auditEntries(first: 1, filter: { action: clock_accept }) { nodes { result detail } } }',
    );
    expect(json.data.auditEntries.nodes[0].result).to.equal('done');
    expect(JSON.stringify(json.data.auditEntries.nodes[0].detail)).to.include('the battery of the clock was empty');
    const { id: later } = await keepNight(app, 14);
    await app.history.em.fork().nativeUpdate(Backup, { id: later }, { receivedAt: future });
    expect(await brakes(), 'another one').to.deep.equal(['clock_jumped']);
  });
});
