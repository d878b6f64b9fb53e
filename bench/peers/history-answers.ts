import type { Store } from './history-store.ts';

interface BackupRow {
  readonly id: number;
  readonly name: string;
  readonly file_name: string;
  readonly timestamp: string;
  readonly state: string;
  readonly size: number;
}

const STATE = "case when b.damage is null then b.state else 'damaged' end as state";
/** Each reads one entry off the end of an index; in a list that they are joined to, MariaDB would do so several times. */
const LATEST = `(select x.id from backups x where x.database_id = d.id
  order by x.database_id desc, x.sorted_at desc, x.id desc limit 1)`;
const LATEST_COMPLETE = `(select y.id from backups y where y.database_id = d.id and y.state = 'complete' and y.damage is null
  order by y.database_id desc, y.sorted_at desc, y.id desc limit 1)`;

const FIGURES = ['size', 'dump_size', 'dump_rows', 'table_count', 'finding_count', 'worst_finding'] as const;
type Summary = Readonly<
  Pick<BackupRow, 'id' | 'file_name' | 'timestamp' | 'state'> & Record<(typeof FIGURES)[number], unknown>
>;
const figuresOf = (table: string) => FIGURES.map(name => `${table}.${name}`).join(', ');

function summaryOf({ id, file_name, timestamp, state, ...row }: Summary) {
  return { id, file_name, timestamp, state, ...Object.fromEntries(FIGURES.map(name => [name, row[name]])) };
}

type ListRow = Summary & { name: string } & Record<`c_${keyof Summary}`, unknown> & {
    readonly watch_state: string | null;
    readonly due_at: Instant | null;
    readonly paused_until: Instant | null;
  };
/** As a column has it: milliseconds with SQLite, text with MariaDB. */
type Instant = number | string;

export async function databaseList({ ask, timestamp }: Store) {
  const joined = FIGURES.map(name => `c.${name} as c_${name}`).join(', ');
  const rows = await ask<ListRow>(`
    select d.name, b.id, b.file_name, ${timestamp('b.taken_at')} as timestamp, ${STATE}, ${figuresOf('b')},
      w.state as watch_state, w.due_at, w.paused_until, c.id as c_id, c.file_name as c_file_name, ${timestamp('c.taken_at')} as c_timestamp, c.state as c_state, ${joined}
    from (
      select d.name, ${LATEST} as latest, ${LATEST_COMPLETE} as latest_complete from \`databases\` d order by d.name limit 1000000
    ) d join backups b on b.id = d.latest left join backups c on c.id = d.latest_complete
      left join watched_databases w on w.database_name = d.name order by d.name`);
  const data = rows.map(row => ({
    database_name: row.name,
    latest_backup: summaryOf(row),
    latest_complete: row.c_id === null ? null : summaryOf(completeIn(row)),
    ...(row.watch_state !== null && { freshness: freshnessOf(row) }),
  }));
  return { data, message: 'Success' };
}

function freshnessOf({ watch_state: state, due_at, paused_until }: ListRow) {
  return { state, due_at: isoOf(due_at), paused_until: state === 'paused' ? isoOf(paused_until) : null };
}

function isoOf(instant: Instant | null): string | null {
  if (instant === null) return null;
  return typeof instant === 'number' ? new Date(instant).toISOString() : `${instant.replace(' ', 'T')}Z`;
}

function completeIn(row: ListRow): Summary {
  const own = Object.entries(row).flatMap(([key, value]) => (key.startsWith('c_') ? [[key.slice(2), value]] : []));
  return Object.fromEntries(own) as Summary;
}

export async function databaseHistory({ ask, timestamp }: Store, name: string, limit: number) {
  const ofDatabase = 'b.database_id = (select d.id from `databases` d where d.name = ?)';
  const rows = await ask<Summary>(
    `select b.id, b.file_name, ${timestamp('b.taken_at')} as timestamp, ${STATE}, ${figuresOf('b')}
     from backups b where ${ofDatabase} order by b.sorted_at desc, b.id desc limit ?`,
    [name, limit],
  );
  const count = `select count(*) as count from backups b where ${ofDatabase}`;
  const backup_count =
    rows.length < limit ? rows.length : Number((await ask<{ count: number | string }>(count, [name]))[0]!.count);
  return { data: { database_name: name, histories: rows.map(summaryOf), backup_count }, message: 'success' };
}

type FleetRow = BackupRow & { complete_id: number | null; complete_timestamp: string; complete_size: number };

export async function fleet({ ask, timestamp }: Store) {
  const rows = await ask<FleetRow>(`
    select d.name, b.id, ${timestamp('b.taken_at')} as timestamp, ${STATE}, b.size,
      c.id as complete_id, ${timestamp('c.taken_at')} as complete_timestamp, c.size as complete_size
    from (
      select d.name, ${LATEST} as latest, ${LATEST_COMPLETE} as latest_complete from \`databases\` d order by d.name limit 1001
    ) d join backups b on b.id = d.latest left join backups c on c.id = d.latest_complete
    order by d.name`);
  const nodes = rows.slice(0, 1000).map(row => ({
    name: row.name,
    latestBackup: { id: String(row.id), timestamp: row.timestamp, state: row.state, size: row.size },
    latestCompleteBackup: row.complete_id === null ? null : completeOf(row),
  }));
  const last = nodes.at(-1)!.name;
  const pageInfo = { hasNextPage: rows.length > 1000, endCursor: cursor('name asc', last, last) };
  return { data: { databases: { nodes, pageInfo } } };
}

function completeOf({ complete_id: id, complete_timestamp: timestamp, complete_size: size }: FleetRow) {
  return { id: String(id), timestamp, state: 'complete', size, downloadUrl: `/${id}/download` };
}

export async function backups({ ask, timestamp, instant }: Store, after: string) {
  const [, id, takenAt] = JSON.parse(Buffer.from(after, 'base64url').toString()) as [string, number, number];
  const place = instant(takenAt);
  const rows = await ask<BackupRow>(
    `select b.id, d.name, b.file_name, ${timestamp('b.taken_at')} as timestamp, b.size, ${STATE}
     from (select * from backups where sorted_at <= ? and (sorted_at < ? or id < ?) order by sorted_at desc, id desc limit 101) b
     join \`databases\` d on d.id = b.database_id order by b.sorted_at desc, b.id desc`,
    [place, place, id],
  );
  const page = rows.slice(0, 100);
  const nodes = page.map(({ id, name, file_name, timestamp, size, state }) => ({
    ...{ id: String(id), database: { name }, fileName: file_name, timestamp, size, state },
  }));
  const last = page.at(-1)!;
  const endCursor = cursor('takenAt desc', last.id, Date.parse(`${last.timestamp}Z`), last.size);
  return { data: { backups: { nodes, pageInfo: { hasNextPage: rows.length > 100, endCursor } } } };
}

function cursor(...parts: (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

const COUNTS = ['backups', 'bytes', 'dumpBytes', 'complete', 'incomplete', 'unverified', 'damaged'] as const;
type DayRow = Record<(typeof COUNTS)[number] | 'day' | 'events' | 'sound', number | string>;

export async function statistics({ ask, day }: Store) {
  const rows = await ask<DayRow>(`
    select days.*, coalesce(firsts.events, 0) as events from (
      select ${day('sorted_at')} as day, count(*) as backups, sum(size) as bytes, sum(dump_size) as dumpBytes,
        sum(damage is null and state = 'complete') as complete, sum(damage is null and state = 'incomplete') as incomplete,
        sum(damage is null and state = 'unverified') as unverified, sum(damage is not null) as damaged,
        count(distinct case when damage is null and state = 'complete' then database_id end) as sound
      from backups group by day
    ) days left join (
      select ${day('f.sorted_at')} as day, count(*) as events from (
        select (select x.sorted_at from backups x where x.database_id = d.id order by x.database_id, x.sorted_at, x.id limit 1)
          as sorted_at from \`databases\` d
      ) f group by day
    ) firsts on firsts.day = days.day order by days.day`);
  const days = rows.map(
    row =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)])) as Record<string, number>,
  );
  const sum = (key: string) => days.reduce((sum, day) => sum + day[key]!, 0);
  const totals = {
    databases: sum('events'),
    backups: sum('backups'),
    bytes: sum('bytes'),
    damaged: sum('damaged'),
  };
  return { data: { statistics: { ...totals, days: lastYear(days) } } };
}

/** No day is left out, and on one without a backup all that were known before have failed. */
function lastYear(days: readonly Record<string, number>[]) {
  const byDay = new Map(days.map(day => [day.day, day]));
  const today = Math.floor(Date.now() / 86_400_000);
  let known = days.reduce((sum, { day, events }) => sum + (day! < today - 364 ? events! : 0), 0);
  return Array.from({ length: 365 }, (_, at) => today - 364 + at).map(at => {
    const found = byDay.get(at);
    known += found?.events ?? 0;
    const counts = Object.fromEntries(COUNTS.map(key => [key, found?.[key] ?? 0]));
    const day = new Date(at * 86_400_000).toISOString().slice(0, 10);
    return { day, ...counts, failures: known - (found?.sound ?? 0) };
  });
}
