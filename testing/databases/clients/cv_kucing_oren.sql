-- A cat café: bookings, cats with pictures, texts in several scripts and character sets, a table that is not transactional.
create table cat (
  id int not null auto_increment primary key,
  name varchar(60) not null,
  born date,
  weight decimal(4,2),
  portrait mediumblob,
  likes json,
  spot point
) engine=InnoDB default charset=utf8mb4;

create table guest (
  id int not null auto_increment primary key,
  name varchar(80) not null,
  greeting varchar(80) character set latin1,
  mother int null,
  constraint guest_mother foreign key (mother) references guest (id)
) engine=InnoDB default charset=utf8mb4;

create table booking (
  id int not null auto_increment primary key,
  guest_id int not null,
  cat_id int null,
  starts_at datetime not null,
  minutes smallint not null default 30,
  paid decimal(10,2) not null,
  remark varchar(255),
  key by_start (starts_at),
  constraint booking_guest foreign key (guest_id) references guest (id),
  constraint booking_cat foreign key (cat_id) references cat (id) on delete set null
) engine=InnoDB default charset=utf8mb4;

create table visit_counter (
  day date not null primary key,
  visits int not null
) engine=MyISAM default charset=utf8mb4;

insert into cat (name, born, weight, portrait, likes, spot)
select concat(elt(1 + seq % 5, 'Oren', 'Mochi', 'ミケ', 'Белка', 'القط'), ' ', seq, elt(1 + seq % 3, ' 🐱', ' 😻', '')),
  date('2015-01-01') + interval seq * 11 day, 2 + seq % 40 / 10, unhex(repeat(sha2(concat('cat', seq), 512), 60)),
  json_array('tuna', seq, json_object('naps', true)), point(seq / 7, -seq / 3)
from seq_1_to_200;

insert into guest (name, greeting, mother)
select concat('Guest ', seq), elt(1 + seq % 3, 'Grüß Gott', '¡Olé!', 'Salut'), if(seq > 10 and seq % 4 = 0, seq - 10, null)
from seq_1_to_3000;

insert into booking (guest_id, cat_id, starts_at, minutes, paid, remark)
select 1 + (seq * 13) % 3000, if(seq % 9 = 0, null, 1 + seq % 200), timestamp('2024-01-01 10:00:00') + interval seq * 29 minute,
  30 + 15 * (seq % 4), 25000 + (seq * 977) % 90000 / 100,
  elt(1 + seq % 4, null, 'It''s a birthday!', 'wants "quiet", (please)', 'C:\\cats\\oren')
from seq_1_to_12000;

insert into visit_counter select date('2024-01-01') + interval seq day, seq * 7 % 90 from seq_0_to_364;

create trigger count_visit after insert on booking for each row
  insert into visit_counter values (date(new.starts_at), 1) on duplicate key update visits = visits + 1;

create view busy_cat as
select c.name, count(*) as bookings from cat c join booking b on b.cat_id = c.id group by c.id having count(*) > 50;

create function age_of(cat int) returns int reads sql data
  return (select timestampdiff(year, born, '2026-01-01') from cat c where c.id = cat);

create procedure feed(in portions int)
  update cat set weight = least(9.99, weight + portions / 100);

create event nightly_feed on schedule every 1 day starts '2030-01-01 22:00:00' do call feed(1);
