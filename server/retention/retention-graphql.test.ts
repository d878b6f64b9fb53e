import { expect } from 'chai';
import { retentionConfiguration, watchAsFresh } from '../../testing/retention/retention-scene.ts';
import { keepNight } from '../../testing/service/removing.ts';
import { graphql } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import type { Looking } from '../alarms/looking/looking.ts';
import { retentionHeld } from '../alarms/service-conditions/retention-held.ts';
import { Backup } from '../entities/backup.entity.ts';
import { makePlan } from './stored-plans.ts';

const FIELDS = 'id state goes brakes { kind } databases { name backups goes waits { kind message } }';

describeOnAnyStore('the retention over GraphQL', store => {
  let app: RunningApp;
  const configuration = retentionConfiguration({ last: 3 });
  let plan: number;

  before(async () => {
    app = await runApp(store, { configuration: () => configuration });
    const now = new Date();
    for (const database of ['pt_abc', 'pt_xyz']) {
      for (let night = 1; night <= 5; night++) {
        const { id } = await keepNight(app, night, { database });
        // As if it had been received in that night.
        const receivedAt = new Date(`2023-10-0${night}T01:31:00Z`);
        await app.history.em.fork().nativeUpdate(Backup, { id }, { receivedAt });
      }
      await watchAsFresh(app.history, database, now);
    }
    const parts = { em: app.history.em.fork(), storage: app.storage, configuration, now, log: { error() {} } };
    plan = (await makePlan(parts)).id;
  });
  after(() => app[Symbol.asyncDispose]());

  const ask = async (query: string) => {
    const { json } = await graphql(app.url, query);
    expect(json.errors).to.equal(undefined);
    return json.data;
  };

  it('waits for an operator by an alarm that has the size in a unit that shows it', async () => {
    const now = new Date();
    const [held] = await retentionHeld({ em: app.history.em.fork(), now, configuration } as unknown as Looking);
    expect(held!.summary).to.match(
      new RegExp(
        `^Plan ${plan} of the retention waits for an operator: 4 backups \\([1-9][0-9.]* K?i?B\\) would be removed$`,
      ),
    );
  });

  it('shows plans with what goes, and why', async () => {
    const { retentionPlans } = await ask(`{ retentionPlans(first: 5) { ${FIELDS} } }`);
    const of = (name: string) => ({
      ...{ name, backups: 5, goes: 2 },
      waits: [{ kind: 'policy_changed', message: 'its policy is new or was changed' }],
    });
    expect(retentionPlans).to.deep.equal([
      {
        id: String(plan),
        state: 'waiting',
        goes: 4,
        brakes: [{ kind: 'large_fleet_plan' }],
        databases: [of('pt_abc'), of('pt_xyz')],
      },
    ]);
    const { retentionPlan } = await ask(
      `{ retentionPlan(id: "${plan}") { removals(first: 3) { id database backupId fileName why scheduledAt } } none: retentionPlan(id: "x") { id } }`,
    );
    expect(retentionPlan.removals).to.have.length(3);
    expect(retentionPlan.removals[0]).to.deep.include({
      ...{ database: 'pt_abc', why: 'to be removed: no rule of its policy keeps it: 3 last (UTC)', scheduledAt: null },
    });
    const last = retentionPlan.removals.at(-1).id;
    const rest = await ask(`{ retentionPlan(id: "${plan}") { removals(after: "${last}") { backupId } } }`);
    expect(rest.retentionPlan.removals).to.have.length(1);
  });

  it('shows of each backup whether it stays and why, and of a database what would go', async () => {
    const { database } = await ask(
      '{ database(name: "pt_xyz") { retention { isOn policy goes holds { kind } } backups { nodes { kept keptBecause } } } }',
    );
    expect(database.retention).to.deep.equal({ isOn: true, policy: '3 last (UTC)', goes: 2, holds: [] });
    expect(database.backups.nodes.map(({ kept }: { kept: boolean }) => kept)).to.deep.equal([
      ...[true, true, true, false, false],
    ]);
    expect(database.backups.nodes[0].keptBecause).to.equal(
      'kept: one of the 3 newest complete backups without an unaccepted loss',
    );
  });

  it('applies a plan, and refuses one that is unknown or was applied', async () => {
    const mutation = (id: string) => `mutation { applyRetentionPlan(id: "${id}") { backups stillWaiting } }`;
    const unknown = await graphql(app.url, mutation('4000000'));
    expect(unknown.json.errors[0].extensions.code).to.equal('PLAN_NOT_FOUND');
    const { applyRetentionPlan } = await ask(mutation(String(plan)));
    expect(applyRetentionPlan).to.deep.equal({ backups: 4, stillWaiting: 0 });
    const again = await graphql(app.url, mutation(String(plan)));
    expect(again.json.errors[0].extensions.code).to.equal('PLAN_NOT_WAITING');
    const { auditEntries } = await ask(
      '{ auditEntries(filter: { action: retention_apply, result: done }) { nodes { detail } } }',
    );
    expect(JSON.parse(auditEntries.nodes[0].detail)).to.include({ plan, backups: 4 });
  });
});
