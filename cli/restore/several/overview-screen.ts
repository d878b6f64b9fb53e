import { firstNames } from '../../../protocol/first-names.ts';
import { paint } from '../../terminal/colour.ts';
import { fittedTable } from '../../terminal/columns.ts';
import { count, formatBytes } from '../../terminal/format.ts';
import { timeColumn } from '../../terminal/local-time.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import type { PlannedRestore } from './planned-restore.ts';
import { warningsOfAll } from './room-for-all.ts';

const INDENT = '  ';

/** @returns the plans of several databases: a line each, and below them what speaks against them, each reason once */
export function renderOverview(planned: readonly PlannedRestore[], stream: NodeJS.WriteStream): string {
  const width = screenWidth(stream);
  const said = (what: string, reasons: readonly (readonly [label: string, text: string])[]) =>
    groupedByText(reasons).map(([text, labels]) =>
      wrap(`${what}: ${printableInLine(`${firstNames(labels, 3)}: ${text}`)}`, width, '  '),
    );
  const refusals = planned.flatMap(({ preparing, refusal }) =>
    refusal ? [[preparing.label, refusal.why] as const] : [],
  );
  return [
    wrap(`Restore of ${count(planned.length, 'database')}${placesOf(planned)}`, width, '  '),
    indented(tableOf(planned, stream, width === undefined ? undefined : width - INDENT.length)),
    ...said(paint('warning', 'doubtful', stream), warningsOfAll(planned)),
    ...said(paint('refused', 'bad', stream), refusals),
    '',
  ].join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, INDENT);
}

function groupedByText(reasons: readonly (readonly [label: string, text: string])[]): [string, string[]][] {
  const groups = Map.groupBy(reasons, ([, text]) => text);
  return [...groups].map(([text, of]) => [text, of.map(([label]) => label)]);
}

/** @returns such as ` to 127.0.0.1:3306 as lumbung_restore@%`, of each server */
function placesOf(planned: readonly PlannedRestore[]): string {
  const places = planned.flatMap(({ prepared }) => {
    const target = prepared?.plan.target;
    return target ? [`${target.address} as ${target.account}`] : [];
  });
  return places.length === 0 ? '' : ` to ${printableInLine(firstNames([...new Set(places)], 3))}`;
}

/** What will be done is never left out on a narrow terminal. */
function tableOf(planned: readonly PlannedRestore[], stream: NodeJS.WriteStream, width: number | undefined): string {
  const backups = planned.map(({ prepared }) => prepared?.plan.backup);
  const taken = timeColumn(
    backups.flatMap(backup => backup?.takenAt ?? []),
    new Date(),
  );
  const cells = (of: (backup: RestorePlan['backup']) => string) => backups.map(backup => (backup ? of(backup) : '-'));
  const painted = (shown: string, row: number) => (planned[row]!.refusal ? paint(shown, 'bad', stream) : shown);
  return fittedTable(
    [
      { head: 'database', cells: planned.map(({ preparing }) => preparing.label), rank: 0, least: 12 },
      { head: 'backup', cells: cells(({ id }) => String(id ?? '-')), align: 'right', rank: 3 },
      {
        ...{ head: `taken${taken.zone}`, rank: 1 },
        cells: cells(({ takenAt }) => (takenAt ? taken.format(takenAt) : '-')),
      },
      { head: 'dump', cells: cells(sizeOf), align: 'right', rank: 2 },
      { head: 'will', cells: planned.map(willOf), rank: 0, paint: painted },
    ],
    width,
  );
}

function sizeOf({ dumpBytes, zipBytes }: RestorePlan['backup']): string {
  return dumpBytes === undefined ? `zip ${formatBytes(zipBytes)}` : formatBytes(dumpBytes);
}

const ACTIONS = {
  create: 'create it',
  fill: 'fill the empty one',
  'add tables': 'add tables',
  replace: 'REPLACE what is there',
} as const;

function willOf({ prepared, refusal }: PlannedRestore): string {
  if (refusal) return 'REFUSED';
  const { action, warnings } = prepared!.plan;
  return `${ACTIONS[action]}${warnings.length > 0 ? `, ${count(warnings.length, 'warning')}` : ''}`;
}
