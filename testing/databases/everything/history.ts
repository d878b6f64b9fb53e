import type { ServerKind } from './everything.ts';

const SEQUENCES = [
  'create sequence invoice_numbers start with 100 minvalue 10 maxvalue 5000 increment by 5 cache 7 cycle',
  'do nextval(invoice_numbers), nextval(invoice_numbers)',
  "create sequence `urut; it's` start with -5 minvalue -1000 maxvalue -1 increment by -3 nocache",
  "do nextval(`urut; it's`)",
  'create sequence untouched',
  // Empty: the mariadb client loads no rows into it (docs/reference/findings.md, WILL_NOT_LOAD).
  'create table drawn (id int primary key default nextval(invoice_numbers), v int)',
];

const VERSIONED = [
  "set timestamp = unix_timestamp('2024-01-01 00:00:00')",
  'create table prices (id int primary key, price int, title varchar(20) without system versioning) with system versioning',
  "insert into prices values (1, 10, 'kopi'), (2, 20, 'teh')",
  `create table contracts (id int primary key, v int, since timestamp(6) generated always as row start invisible, until timestamp(6) generated always as row end invisible,
    period for system_time (since, until)) with system versioning`,
  'insert into contracts (id, v) values (1, 1), (2, 2)',
  `create table archived (id int primary key, v int) with system versioning partition by system_time (partition p_hist history, partition p_now current)`,
  'insert into archived values (1, 1), (2, 2)',
  "set timestamp = unix_timestamp('2024-02-01 00:00:00')",
  'update prices set price = 11 where id = 1',
  'delete from prices where id = 2',
  'update contracts set v = 5 where id = 1',
  'update archived set v = 3 where id = 2',
  "set timestamp = unix_timestamp('2024-03-01 00:00:00.5')",
  'update prices set price = 12 where id = 1',
  'set timestamp = default',
];

/** @returns statements that make sequences, and tables with a history: only MariaDB has them */
export function historyAndSequences({ flavour }: ServerKind): readonly string[] {
  return flavour === 'mariadb' ? [...SEQUENCES, ...VERSIONED] : [];
}
