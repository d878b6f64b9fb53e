import type { ServerKind } from './everything.ts';

/** In the order of names a view stands before those that it reads. */
const VIEWS = [
  'create view z_first as select id, a, b from many_rows where a > 10',
  'create view m_second as select id, a + 1 as more, concat(b, \';),(\') as "text" from z_first',
  "create algorithm = merge sql security invoker view a_third as select z.id, m.more, n.v as `it's` from z_first z join m_second m using (id) left join by_hash n on n.id = z.id",
  'create algorithm = temptable view counted as select count(*) as n, max(`text`) as largest from m_second',
  'create view guarded as select id, a from many_rows where a < 500 with cascaded check option',
  'create view guarded_locally as select id, a from guarded where a > 5 with local check option',
  "create view texts_of_view as select 1 as one, 'é🐈' as `数据`, 'it''s' as quoted, 'two\nlines' as lines_of_it",
  'create view in_union as select id from z_first where id < 5 union all select `group` from `order` union select 7',
  `create view \`pandangan \`\`aneh\`\`; --\` as select \`a\`\`b\` as \`x y\` from \`tabel \`\`aneh\`\`; -- "x".y 数据 größe\``,
  'create view with_columns (`first one`, second) as select id, v from by_hash',
];

/** Views that are read by a function of the database, which is named with its database in the dump. */
const WITH_FUNCTIONS = [
  'create function doubled(n int) returns int deterministic no sql return n * 2',
  'create view through_a_function as select id, doubled(a) as twice from many_rows where id < 3',
];

const RECURSIVE =
  'create view recursive_one as with recursive n (i) as (select 1 union all select i + 1 from n where i < 5) select i from n';

const LATIN1 = [
  'set names latin1',
  "create view seen_in_latin1 as select 1 as one, _latin1 x'e9' as e",
  'set names utf8mb4',
];

/** @returns statements that make views: over views, with a check option, of each algorithm, in other character sets */
export function views(_: ServerKind): readonly string[] {
  return [...VIEWS, ...WITH_FUNCTIONS, RECURSIVE, ...LATIN1];
}
