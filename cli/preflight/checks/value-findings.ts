import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { ProbedColumns } from '../source/probe-values.ts';
import type { Flaw, SuspectColumn } from '../source/suspect-columns.ts';

/** @returns the findings about values that a restore changes, or may change */
export function valueFindings({ flawed, unseen }: ProbedColumns): Finding[] {
  const of = (columns: readonly SuspectColumn[], wanted: Flaw) => columns.filter(({ flaw }) => flaw === wanted);
  const told = (columns: readonly SuspectColumn[], tell: (columns: readonly SuspectColumn[]) => Finding) =>
    columns.length === 0 ? [] : [tell(columns)];
  return [
    ...told(of(flawed, 'float'), columns => rounded(columns, '')),
    ...told(of(unseen, 'float'), columns => rounded(columns, `; ${NOT_LOOKED_AT}`)),
    ...told([...of(flawed, 'year'), ...of(unseen, 'year')], shortYears),
    ...(['text', 'null', 'member', 'letters', 'date'] as const).flatMap(flaw =>
      told(of(flawed, flaw), columns => lost(flaw, columns)),
    ),
    ...told([...of(unseen, 'text'), ...of(unseen, 'letters')], converted),
  ];
}

const NOT_LOOKED_AT = 'the time for this check was too short to see whether they hold such values';

function rounded(columns: readonly SuspectColumn[], more: string): Finding {
  return finding(
    'VALUES_ROUNDED',
    `mysqldump writes FLOAT with 6 digits, and rounds what has more: ${firstNames(columns.map(nameOf))}${more}`,
    'Where that matters: ALTER TABLE … MODIFY … DOUBLE, which is dumped whole, as DECIMAL is.',
  );
}

function shortYears(columns: readonly SuspectColumn[]): Finding {
  return finding(
    'VALUES_ROUNDED',
    `a YEAR(2) is dumped with two digits, and every year comes back as one from 1970 to 2069: ${firstNames(columns.map(nameOf))}`,
    'ALTER TABLE … MODIFY … YEAR: it keeps the century, which the server knows.',
  );
}

function converted(columns: readonly SuspectColumn[]): Finding {
  return finding(
    'TEXT_CONVERTED',
    `the dump is in utf8mb4, and bytes that have no counterpart in it become "?": ${firstNames(columns.map(nameOf))}; ${NOT_LOOKED_AT}`,
    `To see the rows: ${lookFor(columns[0]!)} Best convert them: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4.`,
  );
}

const LOST: Readonly<Record<Exclude<Flaw, 'float' | 'year'>, { readonly message: string; readonly advice: string }>> = {
  text: {
    message: 'the dump is in utf8mb4, and bytes in these columns have no counterpart in it: a restore changes them',
    advice:
      'Make the column binary, which keeps the bytes and is dumped whole (ALTER TABLE … MODIFY … VARBINARY(…) or BLOB), then MODIFY it to the character set in which they were written.',
  },
  null: {
    message: 'these AUTO_INCREMENT columns hold NULL, which comes back as the next number',
    advice: 'Give these rows a number, or take AUTO_INCREMENT off the column with ALTER TABLE … MODIFY.',
  },
  member: {
    message: "these ENUM or SET columns have the member '' and hold values that look like it: a restore changes them",
    advice: "Update these rows to a member that is not '', and take the member '' out with ALTER TABLE … MODIFY.",
  },
  letters: {
    message:
      'the server shows members of these ENUM or SET columns with "?" in place of a character such as an emoji, and so they are in the dump: their rows come back as \'\'',
    advice:
      'Make them text, which is dumped whole: ALTER TABLE … MODIFY … VARCHAR(…) CHARACTER SET utf8mb4. Or name these members without such characters.',
  },
  date: {
    message: 'these columns hold dates that do not exist, such as 2021-02-31: they come back as 0000-00-00',
    advice:
      'Correct them. The dump itself holds them: docs/how-to/fix-a-dump-that-does-not-load.md shows how to restore it with ALLOW_INVALID_DATES.',
  },
};

function lost(flaw: Exclude<Flaw, 'float' | 'year'>, columns: readonly SuspectColumn[]): Finding {
  const { message, advice } = LOST[flaw];
  return finding(
    'VALUES_LOST',
    `${message}: ${firstNames(columns.map(nameOf))}`,
    `To see them: ${lookFor(columns[0]!)} ${advice}`,
  );
}

function lookFor({ table, condition }: SuspectColumn): string {
  return `SELECT * FROM ${escapeId(table, true)} WHERE ${condition};`;
}

function nameOf({ table, column, characterSet }: SuspectColumn): string {
  return `${table}.${column}${characterSet === undefined ? '' : ` (${characterSet})`}`;
}
