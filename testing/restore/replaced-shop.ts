/** Triggers, a view over a view, a circle of keys, a sequence in a default, history, partitions. */
export const SHOP = `
  create table item (id int primary key, title varchar(50) not null);
  insert into item select seq, concat('item ', seq) from seq_1_to_500;
  create table stock (id int primary key, item int, amount int not null, key (item), constraint of_item foreign key (item) references item (id));
  insert into stock select seq, seq, seq % 7 from seq_1_to_200;
  create table a (id int primary key, b int, key (b)); create table b (id int primary key, a int, key (a), foreign key (a) references a (id));
  alter table a add foreign key (b) references b (id);
  create sequence number_of start with 100; select setval(number_of, 500);
  create table numbered (id int primary key default nextval(number_of), x int); insert into numbered (x) values (1), (2);
  create table price (id int primary key, amount int) with system versioning; insert into price values (1, 1); update price set amount = 2;
  create table part (id int primary key) partition by hash (id) partitions 3; insert into part values (1), (2), (3);
  create table plain (id int primary key) engine=MyISAM; insert into plain values (1);
  create view z_cheap as select id, title from item where id < 10;
  create view a_over as select id from z_cheap;
  create trigger no_debt before insert on stock for each row set new.amount = greatest(new.amount, 0);
  create trigger on_item before insert on item for each row set new.title = upper(new.title);
  create procedure restock() update stock set amount = amount + 1;
  create function f() returns int deterministic return 7;
  create event nightly on schedule every 1 day starts '2030-01-01' do call restock();
`;
/** What has happened to it since: rows are gone, and every kind of object is another, missing or new. */
export const SINCE = `
  delete from stock; delete from item where id > 3; create table made_since (id int primary key); insert into made_since values (42);
  drop view a_over; create or replace view z_cheap as select 1 as other; create view view_since as select 2;
  drop trigger no_debt; create trigger since after insert on made_since for each row set @x = 1;
  drop procedure restock; create procedure restock() select 'new'; create procedure since() select 1; drop function f;
  drop event nightly; create event since on schedule every 1 day starts '2030-01-01' disable do select 1;
  drop table price; create table price (id int primary key, other int); create table \`we\`\`ird\` (id int);
  create trigger on_weird before insert on \`we\`\`ird\` for each row set @y = 1;
`;
