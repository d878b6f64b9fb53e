-- A trading company: orders with foreign keys, triggers that keep the stock, a view, routines, an event, JSON, decimals.
set time_zone = '+00:00';

create table customer (
  id int unsigned not null auto_increment primary key,
  name varchar(120) not null,
  email varchar(190) not null,
  address json,
  balance decimal(14,2) not null default 0,
  created_at timestamp not null default current_timestamp,
  unique key email (email)
) engine=InnoDB default charset=utf8mb4;

create table product (
  id int unsigned not null auto_increment primary key,
  sku char(8) not null,
  name varchar(120) not null,
  price decimal(12,2) not null,
  price_with_tax decimal(12,2) generated always as (round(price * 1.11, 2)) stored,
  stock int not null,
  picture blob,
  flags bit(6) not null default b'0',
  unique key sku (sku)
) engine=InnoDB default charset=utf8mb4;

create table `order` (
  id bigint unsigned not null auto_increment primary key,
  customer_id int unsigned not null,
  placed_at datetime(3) not null,
  delivered_on date,
  status enum('open', 'paid', 'sent', 'returned') not null default 'open',
  note text,
  key by_customer (customer_id, placed_at),
  constraint order_customer foreign key (customer_id) references customer (id)
) engine=InnoDB default charset=utf8mb4;

create table order_line (
  order_id bigint unsigned not null,
  line smallint unsigned not null,
  product_id int unsigned not null,
  quantity int unsigned not null,
  price decimal(12,2) not null,
  primary key (order_id, line),
  constraint line_order foreign key (order_id) references `order` (id) on delete cascade,
  constraint line_product foreign key (product_id) references product (id)
) engine=InnoDB default charset=utf8mb4;

create table stock_move (
  id bigint unsigned not null auto_increment primary key,
  product_id int unsigned not null,
  moved int not null,
  at timestamp(6) not null default current_timestamp(6)
) engine=InnoDB default charset=utf8mb4;

insert into customer (name, email, address, balance, created_at)
select concat(elt(1 + seq % 6, 'Dewi', 'Budi', 'Siti', 'Agus', 'Rina', 'Émile'), ' ', elt(1 + seq % 4, 'Santoso', "O'Brien", 'Wijaya', 'Müller'), if(seq % 50 = 0, ' 🐈', '')),
  concat('customer', seq, '@example.com'),
  json_object('street', concat('Jl. Merdeka "', seq, '"'), 'city', elt(1 + seq % 3, 'Bandung', 'Jakarta', 'Yogyakarta'), 'zip', lpad(seq % 99999, 5, '0')),
  round((seq * 7919) % 1000000 / 7, 2) - 5000,
  timestamp('2023-01-01') + interval seq * 37 minute
from seq_1_to_2000;

insert into product (sku, name, price, stock, picture, flags)
select concat('SKU', lpad(seq, 5, '0')), concat(elt(1 + seq % 5, 'Kopi', 'Teh', 'Beras', 'Gula; "halus"', 'Minyak\\Goreng'), ' ', seq),
  (seq * 131) % 90000 / 100 + 1, 1000, unhex(repeat(sha2(seq, 256), 8)), seq % 64
from seq_1_to_500;

insert into `order` (customer_id, placed_at, delivered_on, status, note)
select 1 + (seq * 17) % 2000, timestamp('2023-02-01') + interval seq * 13 minute + interval seq % 1000 * 1000 microsecond,
  if(seq % 5 = 0, null, date('2023-02-03') + interval seq div 100 day), 1 + seq % 4,
  case seq % 7 when 0 then 'leave at the door\n-- Dump completed on the porch' when 1 then 'Hadiah 🎁 untuk "Ibu"' else null end
from seq_1_to_8000;

insert into order_line (order_id, line, product_id, quantity, price)
select o.seq, l.seq, 1 + (o.seq * 31 + l.seq) % 500, 1 + (o.seq + l.seq) % 9, ((o.seq + l.seq) * 131) % 90000 / 100 + 1
from seq_1_to_8000 o cross join seq_1_to_3 l;

create trigger take_from_stock after insert on order_line for each row
begin
  update product set stock = stock - new.quantity where id = new.product_id;
  insert into stock_move (product_id, moved) values (new.product_id, -new.quantity);
end;

create trigger give_back after delete on order_line for each row
  update product set stock = stock + old.quantity where id = old.product_id;

create view revenue_by_day as
select date(o.placed_at) as day, count(distinct o.id) as orders, sum(l.quantity * l.price) as revenue
from `order` o join order_line l on l.order_id = o.id where o.status <> 'returned' group by date(o.placed_at);

create function total_of(wanted bigint unsigned) returns decimal(14,2) reads sql data
  return (select coalesce(sum(quantity * price), 0) from order_line where order_id = wanted);

create procedure close_month(in month char(7), out closed int)
begin
  update `order` set status = 'paid' where status = 'open' and date_format(placed_at, '%Y-%m') = month;
  set closed = row_count(); -- a semicolon; and "quotes" inside a body
end;

create event forget_old_moves on schedule every 1 day starts '2030-01-01 03:00:00'
  do delete from stock_move where at < now() - interval 2 year;
