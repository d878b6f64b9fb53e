import { expect } from 'chai';
import {
  column,
  type DatabaseAnswer,
  END_OF_ROWS,
  framed,
  header,
  lengthCoded,
  refusalOf,
  rowsOf,
  startBoundlessDatabase,
} from '../../testing/databases/boundless-database.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { connect } from '../mysql/connect.ts';
import { ServerAway } from '../mysql/explain-connecting.ts';
import { runPreflight } from './preflight.ts';

const MIB = 1 << 20;
const signal = new AbortController().signal;

const sourceAt = (port: number): DatabaseSource => ({
  ...{ label: 'pt_xyz', database: 'pt_xyz', host: '127.0.0.1', port, user: 'u', password: 'not to be shown' },
  ...{ ssl: 'off', dumpOptions: [], shrinkLimitPercent: 50 },
});

/** What an empty server answers: enough to get to the end of the preflight. */
function honest(sql: string): DatabaseAnswer | undefined {
  if (/^select cast\(@@session/.test(sql)) return rowsOf(['a'], [['18446744073709551615']]);
  if (/^select version\(\)/.test(sql)) return rowsOf(['a', 'b', 'c'], [['10.11.6-MariaDB', 'u@127.0.0.1', '']]);
  if (/^show variables/.test(sql))
    return rowsOf(
      ['a', 'b'],
      [
        ['lower_case_table_names', '0'],
        ['max_allowed_packet', '16777216'],
      ],
    );
  if (/^show grants/.test(sql)) return rowsOf(['a'], [['GRANT ALL PRIVILEGES ON *.* TO `u`@`127.0.0.1`']]);
  return /^\s*(?:select|show|set statement)/i.test(sql) ? rowsOf(['a'], []) : undefined;
}

function* repeated(first: readonly Buffer[], piece: (sequence: number) => Buffer, times: number) {
  yield { raw: framed(1, first) };
  for (let n = 0; n < times; n++) yield { raw: piece(n) };
}

/** A thousand packets with the same payload. The number of a packet is one byte, so 32 such pieces are all that there are. */
const thousand = (payload: Buffer, from: number) => {
  const payloads = Array.from({ length: 1000 }, () => payload);
  const pieces = new Map<number, Buffer>();
  return (n: number) => {
    const first = (from + 1000 * n) % 256;
    if (!pieces.has(first)) pieces.set(first, framed(first, payloads));
    return pieces.get(first)!;
  };
};

/** Answers of more than a server can have; each is bounded, so that a test of what takes it all ends, too. */
const BOUNDLESS: Readonly<Record<string, () => DatabaseAnswer>> = {
  'rows without an end': () => {
    const first = [Buffer.from([1]), column('a'), END_OF_ROWS];
    return repeated(first, thousand(lengthCoded('x'), 4), 20_000);
  },
  'rows of 10 MB without an end': () => {
    const row = lengthCoded('x'.repeat(10 * MIB));
    return repeated([Buffer.from([1]), column('a'), END_OF_ROWS], n => framed(4 + n, [row]), 150);
  },
  'a packet of 1 GB': () => repeated([], n => Buffer.concat([header(0xffffff, 1 + n), Buffer.alloc(0xffffff)]), 64),
  'columns without an end': () => repeated([Buffer.from([0xfd, 0xff, 0xff, 0xff])], thousand(column('a'), 2), 10_000),
};

/** Invalid answers. */
const ODD: Readonly<Record<string, (sql: string) => DatabaseAnswer | undefined>> = {
  'no rows': () => rowsOf(['a'], []),
  'no table': () => undefined,
  'other columns than asked': sql => (/version/.test(sql) ? rowsOf(['a'], [['1']]) : honest(sql)),
  'more rows than asked': sql =>
    /version/.test(sql)
      ? rowsOf(
          ['a', 'b', 'c'],
          [
            ['1', '', ''],
            ['2', '', ''],
          ],
        )
      : honest(sql),
  'nothing but NULL': sql => (/version/.test(sql) ? rowsOf(['a', 'b', 'c'], [[null, null, null]]) : honest(sql)),
  'a version that is a poem': sql => (/version/.test(sql) ? rowsOf(['a', 'b', 'c'], [['ode', '', '']]) : honest(sql)),
  'a row that breaks off within a value': () => [
    Buffer.from([1]),
    column('a'),
    END_OF_ROWS,
    Buffer.from([200, 65]),
    END_OF_ROWS,
  ],
  'a column that breaks off': () => [Buffer.from([1]), Buffer.from([3])],
  'packets out of order': () => [{ raw: framed(9, rowsOf(['a'], [['1']])) }],
  'bytes at random': () => [{ raw: Buffer.from([5, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0xff]) }],
};

describe('a database server that sade does not trust', () => {
  const failureWith = async (options: Parameters<typeof startBoundlessDatabase>[0]) => {
    await using database = await startBoundlessDatabase(options);
    const error = await runPreflight(sourceAt(database.port), { signal }).then(
      () => undefined,
      error => error,
    );
    return { error: error as ExplainedError, sent: database.sent, port: database.port };
  };

  it('passes when it answers as a server does', async () => {
    await using database = await startBoundlessDatabase({ answer: honest });
    const report = await runPreflight(sourceAt(database.port), { signal });
    expect(report.server).to.deep.equal({ flavour: 'mariadb', version: '10.11.6' });
  });

  for (const [what, answer] of Object.entries(BOUNDLESS))
    it(`has no more read of ${what} than an answer can have`, async () => {
      const { error, sent } = await failureWith({ answer });
      expect(error).to.be.instanceOf(ExplainedError);
      expect(error.message).to.contain(
        what.startsWith('columns') ? 'more columns than a table can have' : 'with more than',
      );
      expect(error.advice).to.contain('db_host');
      expect(sent).to.be.below(500 * MIB);
    }).timeout(60_000);

  it('has no more read of a login without an end', async () => {
    const login = () => repeated([], thousand(Buffer.from([1, 3]), 2), 10_000);
    const { error, sent } = await failureWith({ login });
    expect(error).to.be.instanceOf(ExplainedError);
    expect(sent).to.be.below(64 * MIB);
  });

  for (const [what, answer] of Object.entries(ODD))
    it(`fails with a sentence, and no stack, when it answers ${what}`, async () => {
      const { error, port } = await failureWith({ answer });
      expect(error, error.message).to.be.instanceOf(ServerAway);
      expect(error.message).to.match(/answered in a way that no MySQL or MariaDB does: \w/);
      expect(error.message).to.contain(`the server at 127.0.0.1:${port}`).and.not.contain('\n');
      expect(error.advice).to.be.a('string');
      if (what === 'packets out of order') expect(error.message).to.contain(what);
    });

  it('is given up when it falls silent, and for how long it may be silent', async () => {
    await using database = await startBoundlessDatabase({
      answer: sql => (sql === 'select 1' ? [{ raw: header(100, 1) }] : honest(sql)),
    });
    using session = await connect(sourceAt(database.port), { signal, answerWithinMs: 200 });
    const error = await session.ask('select 1').catch(error => error);
    expect(error).to.be.instanceOf(ExplainedError).with.property('message').that.contains('did not answer a question');
  });

  it('passes with 60,000 tables of 20 columns', async () => {
    const row = ['a_rather_long_name_of_a_table_12345', 'column_12', 'varchar(255)'];
    const answer = function* () {
      yield* repeated([Buffer.from([3]), ...['t', 'c', 'd'].map(column), END_OF_ROWS], thousandRows, 1200);
      yield { raw: framed(6 + 1_200_000, [END_OF_ROWS]) };
    };
    const thousandRows = thousand(Buffer.concat(row.map(lengthCoded)), 6);
    await using database = await startBoundlessDatabase({ answer });
    using session = await connect(sourceAt(database.port), { signal });
    expect(await session.ask('select 1')).to.have.length(1_200_000);
  }).timeout(60_000);

  it('gets its long error cut off', async () => {
    const answer = () => refusalOf(1105, 'x'.repeat(5 * MIB), 'HY000');
    const { error } = await failureWith({ answer });
    expect(error.message.length).to.be.below(1500);
    const refused = await failureWith({ login: answer });
    expect(refused.error.message.length).to.be.below(1500);
  });
});
