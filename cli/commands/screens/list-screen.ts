import type { BackupSummary } from '../../../protocol/responses.ts';
import { describeFound, describeLoss } from '../../losses/losses.ts';
import { commandLine } from '../../options/command-line.ts';
import type { ListedState } from '../../options/commands.ts';
import { describeFailedDrill, failedDrill, formatProof } from '../../proof/proof.ts';
import { paint, paintState } from '../../terminal/colour.ts';
import { type Column, fittedTable } from '../../terminal/columns.ts';
import { count, formatAge, formatBytes, formatCount } from '../../terminal/format.ts';
import { timeColumn } from '../../terminal/local-time.ts';
import { type NextCommand, nextCommands } from '../../terminal/next-commands.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import { inWords, type ListedView, lacksRows, URGENCY } from './list-view.ts';

export interface ListScreen {
  /** As they are to be shown, in this order. */
  readonly databases: readonly ListedView[];
  /** How many there are without any filter. */
  readonly total: number;
  /** From which age on a newest complete backup is yellow, in milliseconds, and as it was given, such as `26h`. */
  readonly staleMs: number;
  readonly olderThan: string;
  /** With file names, and nothing left out or cut. */
  readonly isWide: boolean;
  /** As it was given: the next commands need it as well. */
  readonly server: unknown;
  readonly now: Date;
  /** Why no list of databases was read; undefined where one was. */
  readonly withoutList: string | undefined;
}

/** @returns what `sade list` shows a person: a table, the losses, how many there are of each state, and the next commands */
export function renderList(screen: ListScreen, stdout: NodeJS.WriteStream): string {
  const width = screen.isWide ? undefined : screenWidth(stdout);
  const broken = screenWidth(stdout);
  return [
    `${fittedTable(columnsOf(screen, stdout), width)}\n`,
    ...lossesOf(screen.databases, broken),
    ...replacedLines(screen.databases, broken),
    ...lackingLines(screen.databases, broken),
    `${wrap(countLine(screen, stdout), broken, '  ')}\n`,
    ...(screen.withoutList ? [`${wrap(withoutListLine(screen.withoutList), broken, '  ')}\n`] : []),
    nextCommands(commandsFor(screen.databases[0]!, screen), broken),
  ].join('\n');
}

/** @returns what to know where no list of databases says which ones were never backed up */
export function withoutListLine(reason: string): string {
  return `These are the databases that have a backup on the service. ${printableInLine(reason)}: with a list of databases (--config or SADE_CONFIG) those without any backup are shown too.`;
}

function columnsOf(screen: ListScreen, stdout: NodeJS.WriteStream): Column[] {
  const { databases, staleMs, isWide, now } = screen;
  const right = 'right' as const;
  const taken = timeColumn(
    databases.flatMap(({ complete }) => (complete ? [complete.timestamp] : [])),
    now,
  );
  const cells = (of: (database: ListedView) => string) => databases.map(of);
  /** They are those of the backup whose id stands beside them. */
  const figures = (of: (backup: BackupSummary) => number | null | undefined, format: (number: number) => string) =>
    cells(({ restorable }) => {
      const number = restorable?.figures && of(restorable.figures);
      return typeof number === 'number' ? format(number) : '';
    });
  return [
    { head: 'database', cells: cells(({ name }) => name), rank: 0, least: 12 },
    { head: 'state', cells: cells(({ state }) => state), rank: 0, paint: shown => paintState(shown, stdout) },
    { head: 'id', cells: cells(({ answer }) => String(answer?.latest_backup.id ?? '')), rank: 0, align: right },
    ...(databases.some(isReplaced) ? [{ head: 'made for', cells: cells(madeFor), rank: 0 }] : []),
    {
      head: `newest complete${taken.zone}`,
      cells: cells(({ complete }) => (complete ? taken.format(complete.timestamp) : 'none')),
      ...{ rank: 4, align: right },
    },
    {
      head: 'age',
      cells: cells(({ complete }) => (complete ? formatAge(complete.timestamp, now) : 'never')),
      ...{ rank: 0, align: right },
      paint: (shown, row) => paintAge(shown, databases[row]!, staleMs, stdout),
    },
    ...freshnessColumn(databases, stdout),
    { head: 'restore id', cells: cells(({ restorable }) => String(restorable?.id ?? '')), rank: 1, align: right },
    ...proven(screen, stdout),
    { head: 'size', cells: figures(({ size }) => size, formatBytes), rank: 2, align: right },
    { head: 'rows', cells: figures(({ dump_rows }) => dump_rows, formatCount), rank: 3, align: right },
    { head: 'tables', cells: figures(({ table_count }) => table_count, formatCount), rank: 6, align: right },
    { head: 'dump', cells: figures(({ dump_size }) => dump_size, formatBytes), rank: 5, align: right },
    ...(isWide ? [{ head: 'file', cells: cells(({ answer }) => answer?.latest_backup.file_name ?? ''), rank: 0 }] : []),
  ];
}

/** Not there for a service that does not say it, and while all come as they are due. */
function freshnessColumn(databases: readonly ListedView[], stdout: NodeJS.WriteStream): Column[] {
  const cells = databases.map(({ freshness }) => freshness ?? '');
  if (cells.every(cell => AS_DUE.includes(cell))) return [];
  return [{ head: 'due', cells, rank: 0.5, paint: shown => paintState(shown, stdout) }];
}

const AS_DUE: readonly string[] = ['', 'ok', 'new'];

/** @returns whether the latest backup is the one that a restore made of what it was about to replace */
function isReplaced({ answer }: ListedView): boolean {
  return Boolean(answer?.latest_backup.made_for);
}

function madeFor(database: ListedView): string {
  return isReplaced(database) ? 'a restore' : '';
}

/** What is behind the words of the table. */
function replacedLines(databases: readonly ListedView[], width: number | undefined): string[] {
  return databases
    .filter(isReplaced)
    .map(
      ({ name, answer }) =>
        `${wrap(`${printableInLine(name)}: backup ${answer!.latest_backup.id} was made before a restore. It holds what was replaced, and is restored only by its id.`, width, '  ')}\n`,
    );
}

/** Why no backup of a database is proposed, although its newest one is complete. */
function lackingLines(databases: readonly ListedView[], width: number | undefined): string[] {
  return databases
    .filter(({ complete, answer }) => !answer?.unaccepted_loss && lacksRows(complete))
    .map(({ name, complete }) => {
      const what = `backup ${complete!.id}, the newest complete one, lacks what was lost then`;
      return `${wrap(`${printableInLine(name)}: ${what}. ${commandLine('history', name, {})} shows the older ones.`, width, '  ')}\n`;
    });
}

/** Not there as long as no backup had a drill. */
function proven({ databases, now }: ListScreen, stdout: NodeJS.WriteStream): Column[] {
  const cells = databases.map(({ answer }) => (answer ? formatProof(answer, now) : ''));
  if (cells.every(cell => cell === '')) return [];
  return [{ head: 'proven', cells, rank: 2.5, align: 'right', paint: shown => paintState(shown, stdout) }];
}

function paintAge(shown: string, { complete, ageMs }: ListedView, staleMs: number, stdout: NodeJS.WriteStream): string {
  if (!complete) return paint(shown, 'bad', stdout);
  return ageMs > staleMs ? paint(shown, 'doubtful', stdout) : shown;
}

/** How many losses are shown on a terminal: more would scroll away. */
const LOSSES_SHOWN = 5;

function lossesOf(databases: readonly ListedView[], width: number | undefined): string[] {
  const isBad = ({ found, answer }: ListedView) => found || answer?.unaccepted_loss || (answer && failedDrill(answer));
  const lost = databases.filter(isBad);
  const shown = width === undefined || databases.length === lost.length ? lost : lost.slice(0, LOSSES_SHOWN);
  const more = lost.length - shown.length;
  return [
    ...shown.map(({ name, found, answer }) => {
      const lines = [
        ...(found ? describeFound(found, '  ') : []),
        ...(answer?.unaccepted_loss ? describeLoss(name, answer.unaccepted_loss, '  ') : []),
        ...failedLines(answer),
      ];
      return `${[printableInLine(name), ...lines.map(line => wrap(line, width, ' '.repeat(6)))].join('\n')}\n`;
    }),
    ...(more > 0 ? [`and ${more} more with ${moreOf(lost.slice(shown.length))}\n`] : []),
  ];
}

function failedLines(answer: ListedView['answer']): string[] {
  const failed = answer && failedDrill(answer);
  return failed ? describeFailedDrill(failed, '  ') : [];
}

function moreOf(hidden: readonly ListedView[]): string {
  const hasFailed = hidden.some(({ states }) => states.includes('drill-failed'));
  if (!hasFailed) return 'a loss: sade list --state shrunk';
  return 'a loss or a failed drill: sade list --state shrunk,drill-failed';
}

/** @returns such as `115 databases: 1 SHRUNK, 3 INCOMPLETE, 111 complete; 2 older than 26 h` */
function countLine({ databases, total, staleMs, olderThan }: ListScreen, stdout: NodeJS.WriteStream): string {
  const states = URGENCY.flatMap(state => {
    const number = databases.filter(({ states }) => worstOf(states) === state).length;
    return number > 0 ? [`${number} ${paintState(inWords(state), stdout)}`] : [];
  });
  const stale = databases.filter(({ complete, ageMs }) => complete && ageMs > staleMs).length;
  const never = databases.filter(({ answer, complete }) => answer && !complete).length;
  const ages = [
    ...(stale > 0 ? [paint(`${stale} older than ${olderThan.replace(/(?=[mhd]$)/, ' ')}`, 'doubtful', stdout)] : []),
    ...(never > 0 ? [paint(`${never} without a complete backup`, 'bad', stdout)] : []),
    ...freshnessCounts(databases, stdout),
  ];
  const number =
    databases.length === total ? count(total, 'database') : `${databases.length} of ${count(total, 'database')}`;
  return `${number}: ${states.join(', ')}${ages.length > 0 ? `; ${ages.join(', ')}` : ''}`;
}

function freshnessCounts(databases: readonly ListedView[], stdout: NodeJS.WriteStream): string[] {
  const known = databases.flatMap(({ freshness }) => freshness ?? []).filter(word => !AS_DUE.includes(word));
  const counts = Map.groupBy(known.sort(), word => word);
  return [...counts].map(([word, { length }]) => `${length} ${paintState(word, stdout)}`);
}

function worstOf(states: readonly ListedState[]): ListedState {
  return URGENCY.find(state => states.includes(state))!;
}

/** @param worst the first of the list */
function commandsFor(worst: ListedView, { server }: Pick<ListScreen, 'server'>): NextCommand[] {
  const { name, state, states, answer } = worst;
  if (!answer) return [[commandLine('doctor', name, { server }), `what keeps ${name} from its first backup`]];
  const { latest_backup, unaccepted_loss } = answer;
  const history: NextCommand = [commandLine('history', name, { server }), `all backups of ${name}`];
  if (states.includes('complete')) return [history];
  const failed = failedDrill(answer);
  if (failed?.backup_id && worstOf(states) === 'drill-failed')
    return [[commandLine('show', failed.backup_id, { server }), `why ${name} could not be restored`], history];
  const isOlder = unaccepted_loss && latest_backup.state === 'complete';
  const id = isOlder ? unaccepted_loss.id : latest_backup.id;
  return [[commandLine('show', id, { server }), `why ${name} is ${state}`], history];
}
