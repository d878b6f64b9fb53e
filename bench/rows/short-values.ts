import type { SeededRandom } from './random.ts';
import type { Table } from './tables.ts';

const COLUMNS = Array.from({ length: 12 }, (_, at) => `c${at + 1}`);

/** The worst that rows can do to programs that read and compress them: short random values, with a quote every few bytes. */
export const codes: Table = {
  name: 'codes',
  definition: `id int unsigned not null primary key, ${COLUMNS.map(name => `${name} varchar(8) not null`).join(', ')}`,
  columns: ['id', ...COLUMNS],
  percent: 100,
  row: (id, random) => [id, ...COLUMNS.map(() => shortText(random))],
};

function shortText(random: SeededRandom): string {
  return random.hex(8).slice(0, random.below(9));
}
