import { expect } from 'chai';
import type { DatabaseSource } from '../../config/databases.ts';
import { interpolateEnv } from '../../config/interpolate-env.ts';
import { ExplainedError } from '../../errors.ts';
import { type AskVisible, checkUncovered } from './uncovered-check.ts';

const source = (database: string, more: Partial<DatabaseSource> = {}): DatabaseSource => ({
  ...{ label: database, database, host: '10.0.0.1', port: 3306, user: 'lumbung', password: 'geheim' },
  ...{ dumpOptions: [], shrinkLimitPercent: 50 },
  ...more,
});

describe('databases that no entry covers', () => {
  const check = async (
    listed: readonly DatabaseSource[],
    ask: AskVisible,
    { reached = listed, withinMs }: { reached?: readonly DatabaseSource[]; withinMs?: number } = {},
  ) => {
    const signal = new AbortController().signal;
    const more = withinMs === undefined ? {} : { withinMs };
    const { checks } = await checkUncovered({ listed, reached, ask, config: 'list.json', workers: 2, signal, ...more });
    return checks.map(({ mark, subject, message, advice }) => ({ mark, subject, text: `${message} ${advice ?? ''}` }));
  };
  const shows =
    (...databases: string[]): AskVisible =>
    async () => ({ server: 's', ignoresCase: false, databases });

  it('are covered by all entries of the server together, also by those that could not be reached', async () => {
    const listed = [source('a'), source('b', { label: 'other name' }), source('c', { notBackedUp: ['test'] })];
    const [only, ...more] = await check(listed, shows('a', 'b', 'c', 'test'), { reached: [listed[0]!] });
    expect(more).to.deep.equal([]);
    expect(only).to.deep.include({ mark: 'ok', subject: '10.0.0.1:3306' });
  });

  it('are reported for the one server that several addresses and users reach, and each user is asked once', async () => {
    const asked: string[] = [];
    const ask: AskVisible = async ({ host, user }) => {
      asked.push(`${user}@${host}`);
      return { server: 'the same', ignoresCase: false, databases: user === 'root' ? ['a', 'b', 'hidden'] : ['a'] };
    };
    const listed = [
      source('a'),
      source('b', { host: 'db.example.com', user: 'root' }),
      source('c', { user: 'root' }),
      source('d'),
    ];
    const checks = await check(listed, ask);
    expect(asked.sort()).to.deep.equal(['lumbung@10.0.0.1', 'root@10.0.0.1', 'root@db.example.com']);
    expect(checks).to.have.length(1);
    expect(checks[0]!.mark).to.equal('warn');
    expect(checks[0]!.text).to.contain('not backed up: hidden').and.contain('"not_backed_up": ["hidden"]');
  });

  it('are of one name where the server ignores case', async () => {
    const ignoring: AskVisible = async () => ({ server: 's', ignoresCase: true, databases: ['shop', 'tmp'] });
    expect((await check([source('Shop', { notBackedUp: ['TMP'] })], ignoring))[0]!.mark).to.equal('ok');
    expect((await check([source('Shop')], shows('shop')))[0]!.mark).to.equal('warn');
  });

  it('are named, the first ten of them', async () => {
    const [only] = await check([source('a')], shows('a', ...Array.from({ length: 30 }, (_, index) => `x${index}`)));
    expect(only!.text).to.contain('30 databases').and.contain('x9 and 20 more').and.contain('list.json');
  });

  describe('and are not wanted', () => {
    /** @returns what the advice has to paste, and what stands behind it */
    const pasted = async (...databases: string[]) => {
      const [only] = await check([source('a')], shows('a', ...databases));
      const [, list, rest] = /"not_backed_up": (\[.*?\])(?: \(|$)(.*)/s.exec(only!.text) ?? [];
      return { list: list === undefined ? undefined : (JSON.parse(list) as string[]), rest, text: only!.text };
    };

    it('are named so that they can be pasted into the list, with any characters', async () => {
      const odd = ['${HOME}', '$${HOME}', '${', 'a"b\\c', "o'neil", 'ünï'];
      const { list } = await pasted(...odd, 'bell\x07', 'line\nend');
      const missing: string[] = [];
      expect(interpolateEnv(list, {}, (_, name) => missing.push(name))).to.deep.equal(odd);
      expect(missing).to.deep.equal([]);
    });

    it('are counted where the list cannot hold them, or not all are named', async () => {
      const many = Array.from({ length: 48 }, (_, index) => `x${index}`);
      const { list, rest } = await pasted(...many, 'bell\x07');
      expect(list).to.deep.equal(many.slice(0, 20));
      expect(rest).to.match(/^28 more are left out here: .*can't hold 1 name with control characters/);
      expect((await pasted(...many.slice(0, 20))).rest).to.equal('');
      const unlistable = await pasted('bell\x07');
      expect(unlistable.list).to.equal(undefined);
      expect(unlistable.text).to.contain("can't hold 1 name");
    });
  });

  it('are a warning where the server does not say', async () => {
    const [refused] = await check([source('a')], async () => {
      throw new ExplainedError('it went away');
    });
    expect(refused).to.deep.include({ mark: 'warn', subject: '10.0.0.1:3306' });
    const hangs: AskVisible = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    expect((await check([source('a')], hangs, { withinMs: 10 })).map(({ mark }) => mark)).to.deep.equal(['warn']);
  });
});
