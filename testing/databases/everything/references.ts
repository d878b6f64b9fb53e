import type { ServerKind } from './everything.ts';

/** Two tables that refer to each other, and one to itself; the server makes some of the keys by itself, and names them. */
const CIRCLES = [
  `create table chicken (id int primary key, from_egg int, best_friend int, constraint chicken_egg foreign key (from_egg) references egg (id) on delete cascade on update set null,
    constraint friends foreign key (best_friend) references chicken (id))`,
  `create table egg (id int primary key, laid_by int, boss int, foreign key (laid_by) references chicken (id) on delete set null, foreign key (boss) references egg (id))`,
  'insert into chicken values (1, 2, 1), (2, 1, 1), (3, null, null)',
  'insert into egg values (1, 3, 2), (2, 1, 1), (3, null, null)',
  `create table z_parent (a int not null, b varchar(9) collate utf8mb4_bin not null, c int not null, primary key (a, b), unique key of_c (c))`,
  `create table a_child (a int, b varchar(9) collate utf8mb4_bin, c int, key own_name (c), constraint \`it's; a "key"\` foreign key (a, b) references z_parent (a, b) on update cascade,
    foreign key (c) references z_parent (c) on delete restrict)`,
  "insert into z_parent values (1, 'a', 10), (1, 'b', 11)",
  "insert into a_child values (1, 'b', 11), (1, null, 10), (null, null, null)",
  // Rows whose parents are missing, as they are left by a session without checks.
  "insert into a_child values (8, 'nowhere', 99)",
];

/** @returns statements that make tables which refer to each other */
export function references(_: ServerKind): readonly string[] {
  return CIRCLES;
}
