import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { graphql, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

const HOUR_MS = 3_600_000;

interface Kept {
  readonly database: string;
  readonly hoursAgo: number;
  readonly state: string;
  /** Length of the plain dump. */
  readonly length: number;
}

/** The latest first. Two of one instant, some of one size. */
const KEPT: readonly Kept[] = [
  { database: 'Shop', hoursAgo: 2, state: 'complete', length: 3000 },
  { database: 'shop', hoursAgo: 2, state: 'incomplete', length: 10 },
  { database: 'shop', hoursAgo: 3, state: 'complete', length: 10 },
  { database: 'depot', hoursAgo: 20, state: 'damaged', length: 10 },
  { database: 'depot', hoursAgo: 30, state: 'complete', length: 500 },
  { database: 'éclair', hoursAgo: 40, state: 'unverified', length: 700 },
  { database: 'archive', hoursAgo: 90, state: 'complete', length: 10 },
];

describeOnAnyStore('lists of GraphQL', store => {
  let app: RunningApp;
  let kept: Array<Kept & { id: string; fileName: string; takenAt: string; size: number }>;
  before(async () => {
    app = await runApp(store);
    kept = [];
    for (const one of KEPT.toReversed()) kept.unshift({ ...one, ...(await keep(app, one)) });
  });
  after(() => app[Symbol.asyncDispose]());

  const backups = async (args: string, more = '') => {
    const { json, text } = await graphql(app.url, `{ backups${args} { nodes { id } ${more} } }`);
    expect(json.errors, text).to.equal(undefined);
    return json.data.backups;
  };
  const idsOf = async (args: string) => (await backups(args)).nodes.map(({ id }: { id: string }) => id);
  const idsWhere = (fits: (one: (typeof kept)[number]) => boolean) => kept.filter(fits).map(({ id }) => id);
  const sorted = (ids: readonly string[]) => [...ids].sort((a, b) => Number(a) - Number(b));
  const names = async (args: string) => {
    const { json, text } = await graphql(app.url, `{ databases${args} { totalCount nodes { name } } }`);
    expect(json.errors, text).to.equal(undefined);
    const found = json.data.databases.nodes.map(({ name }: { name: string }) => name);
    expect(json.data.databases.totalCount).to.equal(found.length);
    return found;
  };

  describe('of backups', () => {
    it('begin with the latest', async () => {
      const ids = await idsOf('');
      expect(ids.slice(2)).to.deep.equal(kept.slice(2).map(({ id }) => id));
      expect(sorted(ids)).to.deep.equal(sorted(kept.map(({ id }) => id)));
    });

    it('hold those of one database, by its exact name', async () => {
      expect(await idsOf('(filter: { database: "shop" })')).to.deep.equal(idsWhere(one => one.database === 'shop'));
      expect(await idsOf('(filter: { database: "SHOP" })')).to.deep.equal([]);
    });

    for (const states of [
      'complete',
      'incomplete',
      'unverified',
      'damaged',
      'complete, damaged',
      'incomplete, unverified',
    ])
      it(`hold those that are ${states}`, async () => {
        const wanted = idsWhere(({ state }) => states.split(', ').includes(state));
        expect(sorted(await idsOf(`(filter: { states: [${states}] })`))).to.deep.equal(sorted(wanted));
        expect((await backups(`(filter: { states: [${states}] })`, 'totalCount')).totalCount).to.equal(wanted.length);
      });

    it('hold nothing where no state is asked for', async () => {
      expect(await backups('(filter: { states: [] })', 'totalCount')).to.deep.equal({ nodes: [], totalCount: 0 });
    });

    it('hold those of a range of time: from an instant on, before another', async () => {
      const [from, before] = [kept[4]!.takenAt, kept[2]!.takenAt];
      const ids = await idsOf(`(filter: { takenFrom: "${from}", takenBefore: "${before}" })`);
      expect(ids).to.deep.equal([kept[3]!.id, kept[4]!.id]);
    });

    it('hold those of a range of sizes, both ends included', async () => {
      const sizes = [...new Set(kept.map(({ size }) => size))].sort((a, b) => a - b);
      const [min, max] = [sizes[1]!, sizes.at(-2)!];
      expect(sorted(await idsOf(`(filter: { minSize: ${min}, maxSize: ${max} })`))).to.deep.equal(
        sorted(idsWhere(({ size }) => size >= min && size <= max)),
      );
      expect(await idsOf('(filter: { minSize: 5000000000000 })')).to.deep.equal([]);
    });

    it('hold the one of a file name, or those that begin with the same', async () => {
      const { fileName, id } = kept[3]!;
      expect(await idsOf(`(filter: { fileName: "${fileName}" })`)).to.deep.equal([id]);
      expect(await idsOf(`(filter: { fileName: "${fileName.slice(0, -4)}" })`)).to.deep.equal([id]);
      expect(await idsOf('(filter: { fileName: "mysql-" })')).to.have.length(kept.length);
      expect(await idsOf('(filter: { fileName: "mysql_" })')).to.deep.equal([]);
      expect(await idsOf('(filter: { fileName: "%" })')).to.deep.equal([]);
    });

    for (const field of ['TAKEN', 'SIZE'])
      for (const direction of ['ASC', 'DESC'])
        it(`are the same page by page as whole, by ${field} ${direction}`, async () => {
          const order = `orderBy: { field: ${field}, direction: ${direction} }`;
          const whole = await backups(`(${order})`, 'pageInfo { hasNextPage hasPreviousPage }');
          expect(whole.pageInfo).to.deep.equal({ hasNextPage: false, hasPreviousPage: false });
          expect(valuesOf(whole.nodes, field)).to.deep.equal(inDirection(valuesOf(kept, field), direction));
          expect(await idsByPages(order)).to.deep.equal(whole.nodes.map(({ id }: { id: string }) => id));
        });

    const valuesOf = (nodes: ReadonlyArray<{ id: string }>, field: string) =>
      nodes
        .map(({ id }) => kept.find(one => one.id === id)!)
        .map(one => (field === 'SIZE' ? one.size : Date.parse(one.takenAt)));
    const inDirection = (values: number[], direction: string) =>
      values.toSorted((a, b) => (direction === 'ASC' ? a - b : b - a));

    async function idsByPages(order: string): Promise<string[]> {
      const ids: string[] = [];
      for (let after = ''; ; ) {
        const page = await backups(
          `(first: 2, ${order}${after})`,
          'edges { cursor } pageInfo { hasNextPage startCursor endCursor }',
        );
        const { nodes, edges, pageInfo } = page;
        ids.push(...nodes.map(({ id }: { id: string }) => id));
        expect([pageInfo.startCursor, pageInfo.endCursor]).to.deep.equal([edges[0].cursor, edges.at(-1).cursor]);
        expect(pageInfo.hasNextPage).to.equal(ids.length < kept.length);
        if (!pageInfo.hasNextPage) return ids;
        after = `, after: "${pageInfo.endCursor}"`;
      }
    }

    it('take no cursor of another order, and none that is made up', async () => {
      const { pageInfo } = await backups('', 'pageInfo { endCursor }');
      const cursorOf = (json: string) => Buffer.from(json).toString('base64url');
      const other = cursorOf(JSON.stringify(['takenAt desc', 'x', 1, 2]));
      for (const args of [
        `orderBy: { field: SIZE }, after: "${pageInfo.endCursor}"`,
        'after: "x"',
        `after: "${other}"`,
        ...['1e400', '1.5', '9e15', '-1e300'].map(number => `after: "${cursorOf(`["takenAt desc",1,${number},1]`)}"`),
        'after: ""',
      ]) {
        const { json } = await graphql(app.url, `{ backups(${args}) { nodes { id } } }`);
        expect(json.errors[0].extensions, args).to.deep.include({ code: 'VALIDATION_FAILED' });
        expect(json.errors[0].extensions.errors[0].field).to.equal('after');
      }
    });
  });

  describe('of databases', () => {
    it('are ordered by name, byte by byte', async () => {
      expect(await names('')).to.deep.equal(['Shop', 'archive', 'depot', 'shop', 'éclair']);
    });

    it('contain those whose name contains a text, in upper or lower case', async () => {
      expect(await names('(filter: { search: "SHO" })')).to.deep.equal(['Shop', 'shop']);
      expect(await names('(filter: { search: "%" })')).to.deep.equal([]);
      expect(await names('(filter: { search: "clair" })')).to.deep.equal(['éclair']);
    });

    it('hold those whose latest backup is in a state', async () => {
      expect(await names('(filter: { states: [incomplete] })')).to.deep.equal(['shop']);
      expect(await names('(filter: { states: [damaged, unverified] })')).to.deep.equal(['depot', 'éclair']);
      expect(await names('(filter: { states: [] })')).to.deep.equal([]);
    });

    it('hold those without a complete backup for so many hours, those that never had one too', async () => {
      expect(await names('(filter: { noCompleteForHours: 26 })')).to.deep.equal(['archive', 'depot', 'éclair']);
      expect(await names('(filter: { noCompleteForHours: 50.5 })')).to.deep.equal(['archive', 'éclair']);
      expect(await names('(filter: { noCompleteForHours: 26, search: "dep" })')).to.deep.equal(['depot']);
      expect(await names('(filter: { noCompleteForHours: 1 })')).to.have.length(5);
      for (const hours of [-1, 1e9]) {
        const { json } = await graphql(
          app.url,
          `{ databases(filter: { noCompleteForHours: ${hours} }) { totalCount } }`,
        );
        expect(json.errors[0].extensions.code).to.equal('VALIDATION_FAILED');
      }
    });

    it('are the same page by page as whole where a filter passes some over', async () => {
      for (const filter of ['noCompleteForHours: 26', 'states: [damaged, unverified, complete]', 'search: "a"']) {
        const whole = await names(`(filter: { ${filter} })`);
        expect(whole.length, filter).to.be.within(1, 4);
        const paged: string[] = [];
        for (let after = ''; ; ) {
          const query = `{ databases(first: 1, filter: { ${filter} }${after}) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
          const { nodes, pageInfo } = (await graphql(app.url, query)).json.data.databases;
          paged.push(...nodes.map(({ name }: { name: string }) => name));
          if (!pageInfo.hasNextPage) break;
          after = `, after: "${pageInfo.endCursor}"`;
        }
        expect(paged, filter).to.deep.equal(whole);
      }
    });

    it('tell the backup that a restore would take, beside the latest', async () => {
      const query = '{ databases { nodes { name latestBackup { id } latestCompleteBackup { id } } } }';
      const { json } = await graphql(app.url, query);
      for (const { name, latestBackup, latestCompleteBackup } of json.data.databases.nodes) {
        const own = kept.filter(({ database }) => database === name);
        expect(latestBackup.id, name).to.equal(own[0]!.id);
        expect(latestCompleteBackup?.id, name).to.equal(own.find(({ state }) => state === 'complete')?.id);
      }
    });

    for (const [field, wanted] of Object.entries({
      NAME: ['Shop', 'archive', 'depot', 'shop', 'éclair'],
      LATEST_BACKUP: ['archive', 'éclair', 'depot', 'Shop', 'shop'],
      LATEST_COMPLETE_BACKUP: ['éclair', 'archive', 'depot', 'shop', 'Shop'],
      SIZE: undefined,
    }))
      for (const direction of ['ASC', 'DESC'])
        it(`are the same page by page as whole, by ${field} ${direction}`, async () => {
          const order = `orderBy: { field: ${field}, direction: ${direction} }`;
          const whole = await names(`(${order})`);
          if (wanted) expect(whole).to.deep.equal(direction === 'ASC' ? wanted : wanted.toReversed());
          else expect(whole.indexOf('Shop') > whole.indexOf('éclair')).to.equal(direction === 'ASC');
          const paged: string[] = [];
          for (let after = ''; ; ) {
            const query = `{ databases(first: 2, ${order}${after}) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
            const { nodes, pageInfo } = (await graphql(app.url, query)).json.data.databases;
            paged.push(...nodes.map(({ name }: { name: string }) => name));
            if (!pageInfo.hasNextPage) break;
            after = `, after: "${pageInfo.endCursor}"`;
          }
          expect(paged).to.deep.equal(whole);
        });

    it('page through the history of each of many at once', async () => {
      const page = 'nodes { id } pageInfo { hasNextPage endCursor } totalCount';
      const { json } = await graphql(
        app.url,
        `{ databases { nodes { name backupCount storedBytes backups(first: 1) { ${page} } } } }`,
      );
      for (const { name, backupCount, storedBytes, backups } of json.data.databases.nodes) {
        const own = kept.filter(({ database }) => database === name);
        expect(backups.nodes, name).to.deep.equal([{ id: own[0]!.id }]);
        expect([backupCount, backups.totalCount, backups.pageInfo.hasNextPage]).to.deep.equal([
          own.length,
          own.length,
          own.length > 1,
        ]);
        expect(storedBytes).to.equal(own.reduce((sum, { size }) => sum + size, 0));
        if (own.length === 1) continue;
        const next = `{ database(name: "${name}") { backups(after: "${backups.pageInfo.endCursor}") { nodes { id } } } }`;
        expect((await graphql(app.url, next)).json.data.database.backups.nodes).to.deep.equal(
          own.slice(1).map(({ id }) => ({ id })),
        );
      }
    });
  });
});

async function keep(app: RunningApp, { database, hoursAgo, state, length }: Kept) {
  // A name of a file tells whole seconds.
  const takenAt = new Date(Math.floor((Date.now() - hoursAgo * HOUR_MS) / HOUR_MS) * HOUR_MS)
    .toISOString()
    .replace('.000', '');
  const zip = sampleZip({ database, takenAt, content: contentOf(length) });
  const findings = state === 'incomplete' ? [finding('RIGHTS_UNKNOWN', 'it is not known')] : [];
  const manifest = state === 'unverified' ? undefined : sampleManifest(zip, { findings });
  const { json, text } = await upload(app.url, zip, { manifest });
  expect(json.data?.state, text).to.equal(state === 'damaged' ? 'complete' : state);
  if (state === 'damaged') await app.history.em.fork().nativeUpdate(Backup, json.data.id, { damage: 'it has rotted' });
  return { id: String(json.data.id), fileName: zip.fileName, takenAt, size: json.data.size };
}

/** A dump of rows that do not compress, so that the sizes of the zips differ. */
function contentOf(length: number): string {
  const rows = Array.from({ length: Math.ceil(length / 10) }, (_, at) => ((at * 2654435761) % 2 ** 32).toString(36));
  return `INSERT INTO x VALUES ('${rows.join('')}');\n\n-- Dump completed on 2026-01-01  0:00:00\n`;
}
