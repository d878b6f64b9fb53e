import type { SeededRandom } from './random.ts';

/** A table of the generated databases. */
export interface Table {
  readonly name: string;
  /** What stands between the brackets of its CREATE TABLE. */
  readonly definition: string;
  /** Its columns in order; a column in hexadecimal is binary in the database. */
  readonly columns: readonly string[];
  readonly hexColumn?: string;
  /** Of each hundred bytes of a dump, how many are rows of this table. */
  readonly percent: number;
  /** @returns the values of one row: numbers, and texts without quotes, tabs and backslashes */
  row(id: number, random: SeededRandom): (number | string)[];
}

const customers: Table = {
  name: 'customers',
  definition: `
    id int unsigned not null primary key, name varchar(80) not null, email varchar(120) not null, phone varchar(20) not null,
    street varchar(120) not null, city varchar(60) not null, postcode char(5) not null, balance decimal(14,2) not null,
    created_at datetime not null, updated_at timestamp not null default current_timestamp, is_active tinyint(1) not null`,
  columns: 'id name email phone street city postcode balance created_at updated_at is_active'.split(' '),
  percent: 20,
  row(id, random) {
    const [first, last] = [random.skewed(FIRST_NAMES), random.skewed(LAST_NAMES)];
    const created = random.below(DAYS);
    return [
      id,
      `${first} ${last}`,
      `${first.toLowerCase()}.${last.toLowerCase()}${random.below(1000)}@${random.skewed(DOMAINS)}`,
      `+62 8${11 + random.below(80)}-${digits(random, 4)}-${digits(random, 4)}`,
      `Jalan ${random.skewed(STREETS)} No. ${1 + random.below(250)}`,
      random.skewed(CITIES),
      digits(random, 5),
      amount(random, 10_000_000),
      moment(created, random),
      moment(Math.min(DAYS - 1, created + random.below(200)), random),
      random.below(10) > 0 ? 1 : 0,
    ];
  },
};

const orders: Table = {
  name: 'orders',
  definition: `
    id bigint unsigned not null primary key, customer_id int unsigned not null, reference varchar(24) not null,
    status enum('new','paid','packed','sent','done','returned') not null, total decimal(12,2) not null, tax decimal(12,2) not null,
    ordered_at datetime not null, items longtext not null check (json_valid(items)), note text`,
  columns: 'id customer_id reference status total tax ordered_at items note'.split(' '),
  percent: 55,
  row(id, random) {
    const total = random.below(5_000_000);
    const lines = Array.from({ length: 1 + random.below(4) }, () => orderLine(random));
    return [
      id,
      1 + random.below(200_000),
      `INV/${2019 + random.below(6)}/${digits(random, 6)}`,
      random.skewed(STATUSES),
      `${total}.00`,
      (total * 0.11).toFixed(2),
      moment(Math.floor(id / 400) % DAYS, random),
      `[${lines.join(',')}]`,
      random.below(3) === 0 ? prose(random, 10 + random.below(50)) : '',
    ];
  },
};

const visits: Table = {
  name: 'visits',
  definition: `
    id bigint unsigned not null primary key, customer_id int unsigned not null, session binary(16) not null,
    address varchar(45) not null, path varchar(200) not null, agent varchar(200) not null, milliseconds int not null,
    seen_at datetime not null`,
  columns: 'id customer_id session address path agent milliseconds seen_at'.split(' '),
  hexColumn: 'session',
  percent: 25,
  row(id, random) {
    return [
      id,
      1 + random.below(200_000),
      random.hex(32),
      `10.${random.below(8)}.${random.below(256)}.${random.below(256)}`,
      `/${random.skewed(PAGES)}/${1 + random.below(5000)}?page=${1 + random.below(9)}`,
      random.skewed(AGENTS),
      random.below(3000),
      moment(Math.floor(id / 900) % DAYS, random),
    ];
  },
};

/** What every generated database holds: people, orders with JSON and prose, and a log with binary keys. */
export const TABLES: readonly Table[] = [customers, orders, visits];

const DAYS = 2190;
const FIRST_NAMES =
  'Siti Budi Dewi Agus Sri Andi Rina Joko Putri Eko Wati Hendra Ayu Rudi Nur Bambang Lestari Dian Yusuf Maya Fajar Indah Rizky Tono Made Ketut Wayan Anna Peter Maria'.split(
    ' ',
  );
const LAST_NAMES =
  'Santoso Wijaya Hidayat Kusuma Saputra Setiawan Pratama Nugroho Susanto Gunawan Halim Siregar Nasution Simanjuntak Hutagalung Wibowo Purnomo Utami Rahayu Permata Firmansyah Suryadi Tanjung Lubis Harahap Ginting Sitompul Manurung Iskandar Maulana Rahman Hakim'.split(
    ' ',
  );
const DOMAINS = 'gmail.com yahoo.co.id outlook.com example.co.id kantor.example telkom.example mail.example'.split(' ');
const STREETS = 'Sudirman|Gatot Subroto|Diponegoro|Ahmad Yani|Merdeka|Pahlawan|Veteran|Kartini|Imam Bonjol'.split('|');
const CITIES = 'Jakarta Surabaya Bandung Medan Semarang Makassar Palembang Denpasar Yogyakarta Malang Bogor'.split(' ');
const STATUSES = 'done sent paid packed new returned'.split(' ');
const PAGES = 'products orders cart account search help categories/kitchen categories/garden api/v1/prices'.split(' ');
const GOODS =
  'rice cooker|garden hose|desk lamp|water bottle|office chair|wall clock|notebook A5|ballpoint pen|coffee beans 1 kg|tea towel|extension cord|kitchen knife|storage box|bath mat|bicycle pump'.split(
    '|',
  );
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148',
  'curl/7.88.1',
];
const WORDS =
  'the and of to a in please for customer with delivery that is was not order on be by called before parcel morning street door we has sent when from at again invoice as this wrong size new asked colour number has been paid replaced broken box office neighbour will left gate send after stock returned gift wrapped until Friday discount agreed phone twice second warehouse driver address changed evening refund received missing item complaint manager answered'.split(
    ' ',
  );

function orderLine(random: SeededRandom): string {
  const item = random.skewed(GOODS);
  const price = amount(random, 900_000);
  return `{"sku":"${item.slice(0, 2).toUpperCase()}-${digits(random, 5)}","name":"${item}","quantity":${1 + random.below(5)},"price":${price},"discount":null}`;
}

function prose(random: SeededRandom, words: number): string {
  let text = random.skewed(WORDS);
  for (let i = 1; i < words; i += 1) text += `${random.below(9) === 0 ? ', ' : ' '}${random.skewed(WORDS)}`;
  return `${text}.`;
}

function digits(random: SeededRandom, count: number): string {
  return String(random.below(10 ** count)).padStart(count, '0');
}

function amount(random: SeededRandom, limit: number): string {
  return `${random.below(limit)}.${digits(random, 2)}`;
}

/** @returns a moment of the day that lies so many days after 2019 began */
function moment(day: number, random: SeededRandom): string {
  return `${DATES[day]} ${TWO[8 + random.below(14)]}:${TWO[random.below(60)]}:${TWO[random.below(60)]}`;
}

const DATES = Array.from({ length: DAYS }, (_, day) => new Date(Date.UTC(2019, 0, 1 + day)).toISOString().slice(0, 10));
const TWO = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
