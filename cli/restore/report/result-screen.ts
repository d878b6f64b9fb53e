import { firstNames } from '../../../protocol/first-names.ts';
import { KIND_NAMES } from '../../../protocol/manifest.ts';
import { whatIsMissing } from '../../load/definers/missing-definers.ts';
import type { LoadResult } from '../../load/load-options.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { FilterChange } from '../../restore-filter/filter-options.ts';
import { NOT_CHOSEN } from '../../restore-filter/selection.ts';
import { paint } from '../../terminal/colour.ts';
import { count, formatBytes, formatCount, formatSeconds } from '../../terminal/format.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import { definerNotes } from '../run/definer-notes.ts';
import type { RestoreResult } from '../run/restore-result.ts';
import type { Difference, Verification } from '../verify/verify-loaded.ts';

/** More of them help no one on a screen; --json and the service have more. */
const MOST_SHOWN = 20;
const COLUMN = 12;

/** @returns how a restore went that came to its end */
export function renderResult(prepared: PreparedRestore, result: RestoreResult, stream: NodeJS.WriteStream): string {
  const width = screenWidth(stream);
  const line = (what: string, text: string) =>
    wrap(`  ${what.padEnd(COLUMN - 2)}${printableInLine(text)}`, width, ' '.repeat(COLUMN));
  return [
    wrap(headline(prepared, result, stream), width, '  '),
    ...facts(result).map(([what, text]) => line(what, text)),
    ...differences(result).map(text => wrap(`  ${printableInLine(text)}`, width, '    ')),
    ...unsaid(prepared, result).map(text => wrap(`  ${printableInLine(text)}`, width, '    ')),
    '',
  ].join('\n');
}

/** @returns the notes without those on definers that the plan has named as missing, with what to do: it stands right above */
function unsaid({ plan }: PreparedRestore, { notes, loaded }: RestoreResult): readonly string[] {
  const named = new Set(plan.definers?.filter(({ exists }) => exists === false).map(({ account }) => account));
  if (!loaded?.missingDefiners.every(account => named.has(account))) return notes;
  const said = definerNotes(loaded);
  return notes.filter(note => !said.includes(note));
}

function headline(
  { backup, target, wish }: PreparedRestore,
  { outcome, stagingDatabase }: RestoreResult,
  stream: NodeJS.WriteStream,
) {
  const id = idOf(backup);
  const from = id === undefined ? backup.fileName : `backup ${id}`;
  const what = wish.tables ? `${wish.tables.join(', ')} in ${target.database}` : target.database;
  if (outcome === 'agreed')
    return `${paint('ok', 'good', stream)}: ${printableInLine(what)} is restored from ${from}: all agrees with the backup`;
  const differs = paint('DIFFERS', 'bad', stream);
  return stagingDatabase === undefined
    ? `${differs}: ${printableInLine(what)} is loaded from ${from}, and is not what the backup says`
    : `${differs}: nothing was replaced: what was loaded from ${from} is not what the backup says`;
}

type Fact = [what: string, text: string];

function facts({ loaded, verification, seconds, ...result }: RestoreResult): Fact[] {
  return [
    ...(loaded ? loadFacts(loaded) : []),
    ...(verification ? comparisonFacts(verification) : []),
    ...fact('before', result.safetyBackup && `what was there is in ${result.safetyBackup}`),
    ...fact(
      'old data',
      result.oldDatabase &&
        `its tables are in ${result.oldDatabase}; when no one needs them: DROP DATABASE ${quotedName(result.oldDatabase)};`,
    ),
    ...fact('loaded to', result.stagingDatabase),
    ...fact('took', seconds.rto && `${formatSeconds(seconds.rto)}${partsOf(seconds, loaded?.keysSeconds)}`),
  ];
}

/** @returns such as `: fetching 1.2 s, loading 3.0 s (keys 1.1 s), comparing 0.4 s` */
function partsOf({ fetch, load, verify }: RestoreResult['seconds'], keys: number | undefined): string {
  const parts = [
    fetch !== undefined && `fetching ${formatSeconds(fetch)}`,
    load !== undefined && `loading ${formatSeconds(load)}${keys === undefined ? '' : ` (keys ${formatSeconds(keys)})`}`,
    verify !== undefined && `comparing ${formatSeconds(verify)}`,
  ].filter(part => part !== false);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function fact(what: string, text: string | 0 | false | undefined): Fact[] {
  return text ? [[what, text]] : [];
}

function loadFacts({ rows, bytes, seconds, way, whyInOrder, changes, missingDefiners }: LoadResult): Fact[] {
  const how = whyInOrder === undefined ? way : `${way}: ${whyInOrder}`;
  // The notes below, or the plan, say what to do about them.
  const missing = missingDefiners.map(whatIsMissing);
  const notChosen = changes.filter(({ what }) => what === NOT_CHOSEN).length;
  // What is not there at all stands first, and so it is always shown.
  const others = changes
    .filter(({ what }) => what !== NOT_CHOSEN && !missing.includes(what))
    .toSorted((a, b) => Number(b.action === 'dropped') - Number(a.action === 'dropped'));
  const more = others.length - MOST_SHOWN;
  return [
    ['loaded', `${inRows(rows)}, ${formatBytes(bytes)} in ${formatSeconds(seconds)} (${how})`],
    ...fact(
      'left out',
      notChosen > 0 &&
        `${count(notChosen, 'object')} of the dump that ${notChosen === 1 ? 'was' : 'were'} not asked for`,
    ),
    ...others.slice(0, MOST_SHOWN).map((change): Fact => [DONE[change.action], describeChange(change)]),
    ...fact('', more > 0 ? `and ${more} more; --json shows all` : undefined),
  ];
}

function inRows(rows: number): string {
  return `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

const DONE = { dropped: 'left out', changed: 'changed', reported: 'note' } as const;

/** @returns what the filter did, such as `view v: DEFINER root@localhost left out` */
export function describeChange({ object, what, count: times }: FilterChange): string {
  return `${object === undefined ? '' : `${object}: `}${what}${times > 1 ? ` (${times} times)` : ''}`;
}

function comparisonFacts({ objects, rows, seconds, notCounted }: Verification): Fact[] {
  return [
    ['compared', `${count(objects, 'object')} and ${inRows(rows)} in ${formatSeconds(seconds)}`],
    ...fact(
      'not counted',
      (notCounted.length > 0 && `the rows of ${firstNames(notCounted)}, which lie elsewhere`) || undefined,
    ),
  ];
}

function differences({ verification }: RestoreResult): string[] {
  if (!verification) return [];
  const shown = verification.differences.slice(0, MOST_SHOWN).map(describe);
  const more = verification.differenceCount - shown.length;
  return more > 0 ? [...shown, `… and ${formatCount(more)} more`] : shown;
}

function describe({ kind, name, expected, found }: Difference): string {
  return `${KIND_NAMES[kind]} ${name}: ${expected} in the backup, ${found} here`;
}
