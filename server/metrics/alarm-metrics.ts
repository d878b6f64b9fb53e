import { ALARM_KINDS } from '../configuration/alarm-kinds.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';
import type { Metric } from './exposition.ts';

/** Counts the open alarms in scope by kind and severity: every kind is there, also without one. */
export async function alarmMetrics({ em, scope }: Reading): Promise<Metric[]> {
  const open = query
    .selectFrom('alarms as a')
    // By the index of the open ones: those that have closed are a hundred times as many.
    .where(eb.and([eb('a.open_key', '>', ''), ...isInScope(eb.ref('a.database_name').$notNull(), scope)]))
    .select(['a.kind', 'a.severity', eb.fn.countAll<number | string>().as('count')])
    .groupBy(['a.kind', 'a.severity']);
  const counts = new Map((await readRows(em, open)).map(row => [`${row.kind} ${row.severity}`, Number(row.count)]));
  return [
    {
      name: 'lumbung_alarms_open',
      help: 'Open alarms by kind and severity, also those that are acknowledged or muted',
      type: 'gauge',
      samples: ALARM_KINDS.flatMap(kind =>
        (['warning', 'critical'] as const).map(severity => ({
          labels: { kind, severity },
          value: counts.get(`${kind} ${severity}`) ?? 0,
        })),
      ),
    },
  ];
}

const eb = aliased<{ a: 'alarms' }>();
