import { expect } from 'chai';
import { stateOf } from '../../../protocol/finding.ts';
import { leftOut } from '../../config/partial-dumps.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import { rowsElsewhereFindings } from './rows-elsewhere.ts';
import { askObjects, type SourceObjects } from './source-objects.ts';

type Answers = { tables?: Row[]; routines?: Row[]; schemata?: Row[] };

/** What is made of the answers of a server that can't be had here, with plugins that are not installed. */
const askOf = ({ tables = [], routines = [], schemata = [] }: Answers): Promise<SourceObjects> => {
  const session = {
    ask: async (statement: string) => {
      const rows =
        { tables, routines, schemata, engines: [['InnoDB']] }[/information_schema\.(\w+)/.exec(statement)![1]!] ?? [];
      return statement.includes('.engines') ? rows : rows.map(row => ['shop', ...row]);
    },
  };
  return askObjects(session as unknown as Session, { database: 'shop', ignoresCase: false }, 'mariadb');
};

describe('source-objects', () => {
  it('tells tables whose rows mysqldump leaves alone from those that have no transactions', async () => {
    const engines = ['InnoDB', 'FEDERATED', 'CONNECT', 'SPIDER', 'MRG_MyISAM', 'MRG_MYISAM', 'OQGRAPH', 'Aria'];
    const tables = engines.map((engine, at) => [`t${at}`, 'BASE TABLE', engine, 1]);
    const { definitionOnly, notTransactional, names } = await askOf({ tables: [...tables, ['v', 'VIEW', null, null]] });
    expect(definitionOnly.map(({ engine }) => engine)).to.deep.equal(engines.slice(1, -1));
    const told = rowsElsewhereFindings(definitionOnly, leftOut(['--ignore-table-data=shop.t3'], 'shop'));
    expect(told.map(({ code, message }) => [code, /: ([^:]*)$/.exec(message)?.[1]])).to.deep.equal([
      ['DEFINITION_ONLY', 't4 (MRG_MyISAM), t5 (MRG_MYISAM), t6 (OQGRAPH)'],
      ['ROWS_NOT_DUMPED', 't1 (FEDERATED), t2 (CONNECT)'],
    ]);
    expect(stateOf(told)).to.equal('incomplete');
    expect(notTransactional).to.deep.equal([{ table: 't7', engine: 'Aria' }]);
    expect([names.tables.length, names.views]).to.deep.equal([8, ['v']]);
  });

  it('has the defaults of the database, where the server shows them', async () => {
    expect((await askOf({ schemata: [['latin1_swedish_ci', 'latin1']] })).defaults).to.deep.equal({
      ...{ characterSet: 'latin1', collation: 'latin1_swedish_ci' },
    });
    expect((await askOf({})).defaults).to.equal(undefined);
  });

  it('does not treat unknown kinds as procedures, readable or not', async () => {
    const { names, closedRoutines } = await askOf({
      routines: [
        ['p', 'PROCEDURE', 0],
        ['f', 'FUNCTION', 1],
        ['l', 'LIBRARY', 1],
      ],
    });
    expect([names.procedures, names.functions, closedRoutines]).to.deep.equal([['p'], ['f'], ['f']]);
  });
});
