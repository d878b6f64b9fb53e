/** A small shop with something of each kind; a dump of it takes about 400 kB, nearly all of them the rows of `item`. */
export const SHOP = `
  create table item (id int primary key, title varchar(500) not null);
  insert into item select seq, repeat(concat('item ', seq, ' '), 40) from seq_1_to_1000;
  create table stock (id int primary key, amount int not null);
  insert into stock select seq, seq % 7 from seq_1_to_200;
  create view cheap as select id, title from item where id < 10;
  create trigger no_debt before insert on stock for each row set new.amount = greatest(new.amount, 0);
  create procedure restock() update stock set amount = amount + 1;
  create event nightly on schedule every 1 day do call restock();
`;

/** How many bytes of a dump of it lie before the middle of its large INSERT statement, in a string. */
export const MID_INSERT = 100_000;
