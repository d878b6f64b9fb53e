import { expect } from 'chai';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { DailyTotals } from '../statistics/daily-totals.ts';

/** What SQLite, MySQL and MariaDB do each in its own way by default. */
describeOnEachStore('the history in any store', store => {
  let app: RunningApp;
  let zip: SampleZip;
  const names = [
    'pt_xyz',
    'shöp',
    'SHÖP2',
    'shop',
    'straße',
    'ДОМ',
    'ΣΟΦΟΣ',
    'İzmir',
    'ÅRE',
    'Œuvre',
    '2023',
    'ǅep',
    'ⴀbc',
  ];
  before(async () => {
    app = await runApp(store);
    zip = sampleZip({ database: 'pt_xyz' });
    expect((await upload(app.url, zip)).status).to.equal(201);
    for (const database of names.slice(1))
      expect((await upload(app.url, sampleZip({ database }))).status, database).to.equal(201);
  });
  after(() => app[Symbol.asyncDispose]());

  const ask = async (query: string, variables: object = {}) => {
    const { json, text } = await graphql(app.url, query, variables);
    expect(json.errors, text).to.equal(undefined);
    return json.data;
  };

  it('treats a name with a space after it as another name', async () => {
    const query = `query ($name: String!, $file: String!) {
      database(name: $name) { name }
      backups(filter: { database: $name }) { totalCount }
      files: backups(filter: { fileName: $file }) { totalCount }
    }`;
    expect(await ask(query, { name: 'pt_xyz', file: zip.fileName })).to.deep.equal({
      database: { name: 'pt_xyz' },
      backups: { totalCount: 1 },
      files: { totalCount: 1 },
    });
    expect(await ask(query, { name: 'pt_xyz ', file: `${zip.fileName} ` })).to.deep.equal({
      database: null,
      backups: { totalCount: 0 },
      files: { totalCount: 0 },
    });
    expect((await request(`${app.url}/pt_xyz%20`)).status).to.equal(404);
  });

  for (const [part, wanted] of Object.entries({
    Ö: ['SHÖP2', 'shöp'],
    ö: ['SHÖP2', 'shöp'],
    o: ['shop'],
    SHOP: ['shop'],
    shöP: ['SHÖP2', 'shöp'],
    дом: ['ДОМ'],
    σοφοσ: ['ΣΟΦΟΣ'],
    å: ['ÅRE'],
    œU: ['Œuvre'],
    i̇ZMIR: ['İzmir'],
    STRAẞE: ['straße'],
    strasse: ['straße'],
    σοφος: ['ΣΟΦΟΣ'],
    'o\u0308': ['SHÖP2', 'shöp'],
    u: ['Œuvre'],
    Ⴀ: ['ⴀbc'],
    ǆEP: ['ǅep'],
    _: ['pt_xyz'],
    '%': [],
    'pt_xyz ': [],
  }))
    it(`"${part}" finds ${wanted.length === 0 ? 'no name' : wanted.join(' and ')}`, async () => {
      const { databases } = await ask(
        'query ($part: String!) { databases(filter: { search: $part }) { nodes { name } } }',
        {
          part,
        },
      );
      expect(databases.nodes.map(({ name }: { name: string }) => name)).to.deep.equal(wanted);
    });

  it('accepts times before year 1 and after year 9999', async () => {
    const counts = await ask(`{
      all: backups(filter: { takenFrom: "0001-01-01T00:00:00+14:00", takenBefore: "9999-12-31T23:59:59-12:00" }) { totalCount }
      none: backups(filter: { takenFrom: "9999-12-31T23:59:59-12:00" }) { totalCount }
      before: backups(filter: { takenBefore: "0001-01-01T00:00:00+14:00" }) { totalCount }
    }`);
    expect(counts).to.deep.equal({
      all: { totalCount: names.length },
      none: { totalCount: 0 },
      before: { totalCount: 0 },
    });
    const beyond = Buffer.from(JSON.stringify(['takenAt desc', 1, 8.64e15, 1])).toString('base64url');
    const { backups } = await ask(`{ backups(after: "${beyond}") { nodes { id } } }`);
    expect(backups.nodes).to.have.length(names.length);
  });

  it('counts a backup of 1969 once, and not in 1970', async () => {
    const database = 'old';
    const totals = new DailyTotals(app.events);
    const count = async () => {
      const { byDay } = await totals.read(app.history.em.fork());
      return [...byDay.values()].reduce((sum, { backups }) => sum + backups, 0);
    };
    for (const takenAt of ['1969-12-31T12:00:00Z', '1970-01-01T12:00:00Z'])
      expect((await upload(app.url, sampleZip({ database, takenAt }))).status).to.equal(201);
    expect(await count()).to.equal(names.length + 2);
    app.events.changed({ id: 1, database, sortedAt: new Date('1969-12-31T12:00:00Z') });
    expect(await count()).to.equal(names.length + 2);
  });
});
