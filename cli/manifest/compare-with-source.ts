import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import { type Inventory, namesIn, OBJECT_KINDS, type ObjectKind } from '../../protocol/manifest.ts';
import { type LeftOut, leftOut } from '../config/partial-dumps.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { CREATE_THAT_ANEW } from './contents-findings.ts';

/**
 * Compares what the server showed with what is in the dump.
 * @param inventory of the dump
 * @param dumpOptions those of the user: what they and the fallback options leave out is not missed
 * @param isMisread whether the mysql client misreads a definition, behind which the inventory may lack what the dump has
 * @returns one finding that names what is missing, or none
 */
export function compareWithSource(
  inventory: Inventory,
  report: SourceReport,
  dumpOptions: readonly string[],
  { database, isMisread = false }: { readonly database: string; readonly isMisread?: boolean },
): Finding[] {
  // A concession is meant for one view: a table of the same name in another case goes with it, and is missed.
  const excuses = [leftOut(dumpOptions, database), leftOut(report.fallbackOptions, database, { isExact: true })];
  const excused: LeftOut = {
    leavesOut: name => excuses.some(it => it.leavesOut(name)),
    leavesOutRows: name => excuses.some(it => it.leavesOutRows(name)),
    kinds: new Set(excuses.flatMap(({ kinds }) => [...kinds])),
    history: excuses.some(({ history }) => history),
  };
  const missing = OBJECT_KINDS.map(kind => ({ kind, names: missingOf(kind, inventory, report, excused) })).filter(
    ({ names }) => names.length > 0,
  );
  if (missing.length === 0) return [];
  const what = missing.map(({ kind, names }) => `${WORDS[kind]} ${firstNames(names)}`).join('; ');
  if (isMisread)
    return [
      finding(
        'OBJECTS_MISSING',
        `the mysql client does not see all objects of the server in the dump, since it misreads a definition before them: ${what}`,
        CREATE_THAT_ANEW,
      ),
    ];
  return [
    finding(
      'OBJECTS_MISSING',
      `the server has objects that are not in the dump: ${what}`,
      'Check whether they were dropped or renamed during the dump, and run the backup again. If it happens again, check the messages of mysqldump.',
    ),
  ];
}

const WORDS: Readonly<Record<ObjectKind, string>> = {
  tables: 'tables',
  sequences: 'sequences',
  views: 'views',
  triggers: 'triggers',
  procedures: 'procedures',
  functions: 'functions',
  packages: 'packages',
  package_bodies: 'package bodies',
  events: 'events',
};

function missingOf(kind: ObjectKind, inventory: Inventory, report: SourceReport, excused: LeftOut): string[] {
  if (excused.kinds.has(kind)) return [];
  const dumped = new Set(namesIn(inventory, kind));
  // They are in the dump, under a changed name that has its own finding.
  for (const garbled of report.garbled ?? [])
    if (garbled.kind === kind && garbled.parts.includes('name')) dumped.add(garbled.name);
  return report.objects[kind].filter(name => !dumped.has(name) && !isExcused(kind, name, report, excused));
}

function isExcused(kind: ObjectKind, name: string, { triggerTables }: SourceReport, { leavesOut }: LeftOut): boolean {
  if (kind === 'tables' || kind === 'sequences' || kind === 'views') return leavesOut(name);
  return kind === 'triggers' && leavesOut(triggerTables?.get(name) ?? '');
}
