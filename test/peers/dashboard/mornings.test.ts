import { expect } from 'chai';
import { DATABASES } from '../../../testing/dashboard/clients.ts';
import { type Morning, startMorning } from '../../../testing/dashboard/mornings.ts';
import { MORNING } from '../../../testing/dashboard/night.ts';
import { request } from '../../../testing/service/requests.ts';
import { bearer } from '../../../testing/service/tokens.ts';

describe('the morning of a fleet', () => {
  it('is quiet when all went well, with a month behind it', async () => {
    await using morning = await startMorning('well');
    const { open, closed, databases, backups, proven, status } = await looked(morning);
    expect(open).to.deep.equal([]);
    expect(closed, 'a drill three weeks ago, and a night without a server').to.deep.equal([
      ...[
        'drill_failed kopi_stok',
        'late sinar_crm',
        'late sinar_mail',
        'run_failed sinar_crm',
        'run_failed sinar_mail',
      ],
    ]);
    expect(databases).to.have.length(DATABASES.length);
    expect(backups).to.equal(24 * 30 - 2);
    expect(proven).to.equal(23);
    for (const { last_delivered_at, failing_since } of status.channels)
      expect({ isDelivered: last_delivered_at !== null, failing_since }).to.deep.equal({
        ...{ isDelivered: true, failing_since: null },
      });
    expect(Date.parse(status.time) - MORNING.getTime()).to.be.within(60_000, 120_000);
  });

  it('has what happens in a bad night, each found by the service itself', async () => {
    await using morning = await startMorning('bad');
    const { open, backups } = await looked(morning);
    const away = ['anggota', 'lapor', 'pinjam', 'simpan', 'web'].map(name => `kopindo_${name}`);
    expect(open).to.deep.equal([
      ...['damaged maju_arsip', 'dropped sinar_gudang', 'incomplete harapan_apotek'],
      ...['harapan_apotek', ...away, 'maju_arsip'].map(name => `late ${name}`),
      ...[...away.map(name => `run_failed ${name}`), 'shrunk kopi_kasir'],
    ]);
    expect(backups).to.equal(24 * 29 - 2 + 24 - 5 - 1);
    const late = await morning.uploadNow('kopindo_web');
    await morning.passMinute();
    const after = await looked(morning);
    expect(after.open).to.not.include('late kopindo_web');
    expect(after.backups).to.equal(backups + 1);
    expect(late.backupId).to.be.greaterThan(0);
  });

  it('is empty on the first day', async () => {
    await using morning = await startMorning('first');
    const { open, closed, databases } = await looked(morning);
    expect({ open, closed, databases }).to.deep.equal({ open: [], closed: [], databases: [] });
  });
});

async function looked({ url, token }: Morning) {
  const headers = { ...bearer(token), 'content-type': 'application/json' };
  const ask = async (query: string) => {
    const { json } = await request(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(JSON.stringify(json.errors)).to.equal(undefined);
    return json.data;
  };
  const { alarms } = await ask('{ alarms { nodes { kind database closedAt } } }');
  const { databases } = await ask('{ databases { nodes { name backupCount lastProof { id } } } }');
  const { json: status } = await request(`${url}/-/status`, { headers });
  const named = (isClosed: boolean) =>
    alarms.nodes
      .filter(({ closedAt }: { closedAt: string | null }) => (closedAt !== null) === isClosed)
      .map(({ kind, database }: Record<string, string>) => `${kind} ${database}`)
      .sort() as string[];
  return {
    ...{ open: named(false), closed: named(true), databases: databases.nodes, status: status.data },
    backups: databases.nodes.reduce((sum: number, { backupCount }: { backupCount: number }) => sum + backupCount, 0),
    proven: databases.nodes.filter(({ lastProof }: { lastProof: object | null }) => lastProof !== null).length,
  };
}
