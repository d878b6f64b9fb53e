import { expect } from 'chai';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { LendingDriver, type LentConnection } from './lending-driver.ts';

/** What happens to a connection on which one of these statements fails. No real store fails at each of them on demand. */
describe('a connection to the history', () => {
  async function connectionsWhere(failing: readonly string[], work: (store: Kysely<object>) => Promise<unknown>) {
    const seen: string[] = [];
    const lend = async (): Promise<LentConnection> => ({
      executeQuery: async ({ sql }) => {
        if (failing.includes(sql)) throw new Error(`no ${sql}`);
        return { rows: [] };
      },
      streamQuery: () => {
        throw new Error('not asked');
      },
      giveBack: () => void seen.push('given back'),
      discard: () => void seen.push('discarded'),
    });
    const store = new Kysely<object>({
      dialect: {
        createDriver: () => new LendingDriver(async () => ({ lend, close: async () => {} })),
        createAdapter: () => new ManyConnections(),
        createQueryCompiler: () => new SqliteQueryCompiler(),
        createIntrospector: db => new SqliteIntrospector(db),
      },
    });
    const error = await work(store).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { first: seen[0], error };
  }

  const begin = (store: Kysely<object>) => store.startTransaction().execute();
  const commit = async (store: Kysely<object>) => (await begin(store)).commit().execute();
  const rollback = async (store: Kysely<object>) => (await begin(store)).rollback().execute();

  it('is given back after a COMMIT and after a ROLLBACK', async () => {
    expect(await connectionsWhere([], commit)).to.deep.equal({ first: 'given back', error: undefined });
    expect(await connectionsWhere([], rollback)).to.deep.equal({ first: 'given back', error: undefined });
  });

  it('is given back after a BEGIN that fails, whose error is thrown', async () => {
    expect(await connectionsWhere(['begin'], begin)).to.deep.equal({ first: 'given back', error: 'no begin' });
  });

  it('is closed after a BEGIN that fails and that cannot be undone', async () => {
    const seen = await connectionsWhere(['begin', 'rollback'], begin);
    expect(seen).to.deep.equal({ first: 'discarded', error: 'no begin' });
  });

  it('is rolled back and given back after a COMMIT that fails, whose error is thrown', async () => {
    expect(await connectionsWhere(['commit'], commit)).to.deep.equal({ first: 'given back', error: 'no commit' });
  });

  it('is closed after a COMMIT and its ROLLBACK have failed', async () => {
    const seen = await connectionsWhere(['commit', 'rollback'], commit);
    expect(seen).to.deep.equal({ first: 'discarded', error: 'no commit' });
  });

  it('is closed after a ROLLBACK that fails, whose error is dropped: it would hide the first error', async () => {
    expect(await connectionsWhere(['rollback'], rollback)).to.deep.equal({ first: 'discarded', error: undefined });
  });
});

class ManyConnections extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
