import { expect } from 'chai';
import { MysqlQueryCompiler } from 'kysely';
import { expressions, query } from './tables.ts';

describe('the compiler of queries', () => {
  it('writes the same text and values the first, second and third time, also of parts of a constant', () => {
    const eb = expressions<'b'>();
    const newest = query
      .selectFrom('backups as n')
      .select('n.id')
      .where('n.state', '=', 'complete')
      .where('n.size', '>', 7)
      .limit(1);
    const constant = query
      .selectFrom('backups as b')
      .innerJoin('databases as d', join => join.onRef('d.id', '=', 'b.database_id').on('d.name', '!=', 'none'))
      .select(['b.id', 'd.name as name', newest.as('newest')])
      .where(eb('b.id', 'in', newest));
    for (const limit of [3, 4, 5]) {
      const built = constant.where('b.size', '>=', limit).limit(limit);
      const { sql, parameters } = built.compile();
      const plain = new MysqlQueryCompiler().compileQuery(built.toOperationNode(), { queryId: '1' });
      expect(sql).to.equal(plain.sql);
      expect(parameters).to.deep.equal(plain.parameters);
    }
  });
});
