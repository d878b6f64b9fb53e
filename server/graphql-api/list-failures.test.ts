import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { request } from '../../testing/service/requests.ts';
import { historyStores } from '../../testing/service/running-app.ts';
import { type Service, startService } from '../../testing/service/service.ts';
import { openHistory } from '../history/orm.ts';

/** In each, some items of a list fail at once and others later, or all in several ways. */
const QUESTIONS: Record<string, [query: string, variables?: object]> = {
  'a budget that ends at the sixth item': [
    '{ databases { nodes { days(last: 3660) { day } backups(first: 0) { totalCount } } } }',
  ],
  'an argument that is null by its variable': [
    'query ($n: Int = 3) { databases { nodes { latestCompleteBackup { digest } days(last: $n) { day } } } }',
    { n: null },
  ],
  'a directive whose condition is null': [
    'query ($b: Boolean = true) { databases { nodes { latestCompleteBackup { digest } latestBackup { id @include(if: $b) } } } }',
    { b: null },
  ],
  'an invalid cursor': [
    '{ databases { nodes { backupCount backups(after: "x") { totalCount } days(last: 0) { day } } } }',
  ],
  'edges of edges': [
    '{ databases { edges { node { backups { edges { node { database { backups(first: 0) { totalCount } } } } } days(last: 3000) { day } } } } }',
  ],
  'a value that cannot be written': ['{ databases { nodes { backupCount latestBackup { takenAt state } } } }'],
};

for (const store of historyStores)
  describe(`lists of GraphQL of which some items fail (${store.name})`, function () {
    this.timeout(60_000);
    let folder: string;
    let service: Service;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lumbung-lists-'));
      const env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'b'), ALLOW_EMPTY_STORAGE: 'on' };
      const history = await openHistory(env.DATABASE_URL);
      await fillHistory(history, 8, 3);
      const em = history.em.fork();
      // Every second database has no complete backup; one of the others has a state that no schema knows.
      await em.execute("update backups set state = 'incomplete' where database_id % 2 = 0");
      await em.execute("update backups set state = 'strange' where database_id = 5");
      await history.close(true);
      service = await startService(env);
    });
    after(async () => {
      await service.kill();
      await rm(folder, { recursive: true });
    });

    for (const [what, [query, variables = {}]] of Object.entries(QUESTIONS))
      it(`answers and goes on, by POST and by GET: ${what}`, async () => {
        const asked = new URLSearchParams({ query, variables: JSON.stringify(variables) });
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ query, variables });
        for (const answer of [
          await request(`${service.url}/graphql`, { method: 'POST', headers, body }),
          await request(`${service.url}/graphql?${asked}`),
        ]) {
          expect(answer.status, answer.text).to.be.within(200, 499);
          expect(answer.json.errors[0].extensions.code, answer.text).to.be.a('string');
        }
        expect((await request(`${service.url}/-/healthy`)).status).to.equal(200);
        expect(service.output()).to.not.contain('no one caught');
      });
  });
