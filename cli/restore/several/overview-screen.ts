import { firstNames } from '../../../protocol/first-names.ts';
import { paint } from '../../terminal/colour.ts';
import { count, formatBytes } from '../../terminal/format.ts';
import { timeColumn } from '../../terminal/local-time.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { table } from '../../terminal/table.ts';
import { wrap } from '../../terminal/wrap.ts';
import type { PlannedRestore } from './planned-restore.ts';
import { warningsOfAll } from './room-for-all.ts';

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
    `Restore of ${count(planned.length, 'database')}${placesOf(planned)}`,
    indented(tableOf(planned, stream)),
    ...said(paint('warning', 'doubtful', stream), warningsOfAll(planned)),
    ...said(paint('refused', 'bad', stream), refusals),
    '',
  ].join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
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

function tableOf(planned: readonly PlannedRestore[], stream: NodeJS.WriteStream): string {
  const taken = timeColumn(
    planned.flatMap(({ prepared }) => prepared?.plan.backup.takenAt ?? []),
    new Date(),
  );
  const rows = planned.map(({ preparing: { label }, prepared, refusal }) => {
    const will = refusal ? 'REFUSED' : willOf(prepared!.plan);
    if (!prepared) return [label, '-', '-', '-', will];
    const { id, takenAt, dumpBytes, zipBytes } = prepared.plan.backup;
    const size = dumpBytes === undefined ? `zip ${formatBytes(zipBytes)}` : formatBytes(dumpBytes);
    return [label, id ?? '-', takenAt ? taken.format(takenAt) : '-', size, will];
  });
  const isRefused = (row: number) => planned[row]!.refusal !== undefined;
  return table(
    ['database', 'backup', `taken${taken.zone}`, 'dump', 'will'],
    rows,
    ['left', 'right', 'left', 'right', 'left'],
    [
      undefined,
      undefined,
      undefined,
      undefined,
      (shown, row) => (isRefused(row) ? paint(shown, 'bad', stream) : shown),
    ],
  );
}

const ACTIONS = {
  create: 'create it',
  fill: 'fill the empty one',
  'add tables': 'add tables',
  replace: 'REPLACE what is there',
} as const;

function willOf({ action, warnings }: NonNullable<PlannedRestore['prepared']>['plan']): string {
  return `${ACTIONS[action]}${warnings.length > 0 ? `, ${count(warnings.length, 'warning')}` : ''}`;
}
