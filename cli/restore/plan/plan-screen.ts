import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { paint } from '../../terminal/colour.ts';
import { count, formatAge, formatBytes, formatCount, formatState } from '../../terminal/format.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { printableBlock, printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import { describeDefiner } from '../preflight/definers.ts';
import type { RestorePlan } from './restore-plan.ts';

const COLUMN = 12;
const INDENT = ' '.repeat(COLUMN);

/** @returns the plan as a person reads it, its warnings, and why it is refused */
export function renderPlan(plan: RestorePlan, stream: NodeJS.WriteStream): string {
  const width = screenWidth(stream);
  const line = (what: string, text: string) =>
    wrap(`  ${what.padEnd(COLUMN - 2)}${printableInLine(text)}`, width, INDENT);
  const steps = plan.steps.map((step, at) => line(at === 0 ? 'will' : '', `${at + 1}. ${step}`));
  return [
    `Restore of ${printableInLine(plan.backup.database)}`,
    ...facts(plan).map(([what, text]) => line(what, text)),
    ...steps,
    ...plan.warnings.map(text => wrap(`${paint('warning', 'doubtful', stream)}: ${said(text)}`, width, '  ')),
    ...plan.problems.flatMap(({ message, advice }) => [
      wrap(`${paint('refused', 'bad', stream)}: ${said(message)}`, width, '  '),
      wrap(`  what to do: ${said(advice)}`, width, '    '),
    ]),
    '',
  ].join('\n');
}

function said(text: string): string {
  return printableBlock(text, '    ');
}

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

function facts({ backup, target, definers }: RestorePlan): [string, string][] {
  const { id, fileName, takenAt, state } = backup;
  const which = id === undefined ? fileName : `${id}`;
  return [
    ['backup', `${which}, ${state === undefined ? 'without a manifest' : formatState(state)}`],
    ...(takenAt ? [['taken', momentInBoth(takenAt)] as [string, string]] : []),
    ['holds', contentOf(backup)],
    ['from', backup.from],
    ['to', `${target.address}, ${NAMES[target.flavour]} ${target.version}, as ${target.account}`],
    ['database', target.database],
    ...(definers && definers.length > 0
      ? [['owners', `beside ${target.account}: ${firstNames(definers.map(describeDefiner))}`] as [string, string]]
      : []),
  ];
}

/** @returns such as `28 Nov 2026 01:30 +07:00 (27 Nov 18:30 UTC), 3 h ago` */
function momentInBoth(moment: Date): string {
  const utc = formatTimestamp(moment);
  return `${inLocalTime(moment)} (${utc} UTC), ${formatAge(utc, new Date())} ago`;
}

function contentOf({ rows, tables, otherObjects, zipBytes, dumpBytes }: RestorePlan['backup']): string {
  const objects =
    tables === undefined || rows === undefined
      ? []
      : [
          `${formatCount(rows)} rows in ${count(tables, 'table')}${otherObjects ? `, ${count(otherObjects, 'other object')}` : ''}`,
        ];
  const dump = dumpBytes === undefined ? [] : [`dump ${formatBytes(dumpBytes)}`];
  return [...objects, ...dump, `zip ${formatBytes(zipBytes)}`].join('; ');
}
