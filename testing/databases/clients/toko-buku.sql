-- A bookshop whose database has a dash in its name, as have a table and a column.
create table author (
  id int not null auto_increment primary key,
  name varchar(120) not null
) engine=InnoDB default charset=utf8mb4;

create table `book-title` (
  id int not null auto_increment primary key,
  author_id int not null,
  `title-en` varchar(200) not null,
  isbn char(13),
  price decimal(10,2) not null,
  published year,
  sample longtext,
  constraint book_author foreign key (author_id) references author (id)
) engine=InnoDB default charset=utf8mb4;

create table sale (
  id bigint not null auto_increment primary key,
  book_id int not null,
  sold_at timestamp not null default '2024-01-01 00:00:01',
  amount decimal(10,2) not null,
  constraint sale_book foreign key (book_id) references `book-title` (id)
) engine=InnoDB default charset=utf8mb4;

insert into author (name) select concat('Pengarang ', seq, elt(1 + seq % 3, '', ' é', ' 著者')) from seq_1_to_150;

insert into `book-title` (author_id, `title-en`, isbn, price, published, sample)
select 1 + seq % 150, concat('Book `', seq, '` ', elt(1 + seq % 3, '📚', '-- not a comment', '/* nor this */')),
  lpad(seq * 7919 % 10000000000, 13, '9'), 10 + seq % 300 / 4, 1970 + seq % 55, repeat(concat('Pada suatu hari ', seq, '. '), 20)
from seq_1_to_1500;

insert into sale (book_id, sold_at, amount)
select 1 + (seq * 7) % 1500, timestamp('2024-01-01 08:00:00') + interval seq * 11 minute, 10 + seq % 300 / 4 from seq_1_to_15000;

create trigger no_free_books before insert on sale for each row /* a client without --comments would cut this out */
  set new.amount = greatest(new.amount, 1);

create view best_seller as
select b.`title-en` as title, sum(s.amount) as sold from `book-title` b join sale s on s.book_id = b.id group by b.id order by sold desc;

create procedure reprice(in percent int) update `book-title` set price = round(price * (100 + percent) / 100, 2);

create function sold_by(author int) returns decimal(14,2) reads sql data
  return (select sum(s.amount) from sale s join `book-title` b on b.id = s.book_id where b.author_id = author);

create event monthly_reprice on schedule every 1 month starts '2030-01-01 00:00:00' do call reprice(1);
