import { readFile, writeFile } from 'node:fs/promises';
import { wrap } from '../../cli/terminal/wrap.ts';
import { type FinishedCase, verdictOn } from './finished-case.ts';
import { describe, type Machine } from './machine.ts';
import { cellsOf, describeTarget, headingsOf } from './table.ts';

export interface Report {
  readonly measuredAt: Date;
  readonly size: string;
  readonly rounds: number;
  readonly machine: Machine;
  readonly cases: readonly FinishedCase[];
}

/** No line of the docs is longer. */
const WIDTH = 120;

const MARKED = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;

/** Puts the report between the marks of a document. @throws Error when the document has no marks */
export async function writeDocument(path: string, report: Report): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!MARKED.test(text)) throw new Error(`${path} has no <!-- bench --> and <!-- /bench -->`);
  await writeFile(
    path,
    text.replace(MARKED, (_, begin, end) => `${begin}${inMarkdown(report)}\n${end}`),
  );
}

/** @returns what was measured, on what, and which targets were met, in Markdown */
export function inMarkdown({ measuredAt, size, rounds, machine, cases }: Report): string {
  const day = measuredAt.toISOString().slice(0, 10);
  const command =
    size === 'full' ? 'npm run bench -- --full' : `npm run bench${size === 'usual' ? '' : ` -- --size ${size}`}`;
  const head = `Measured on ${day} with \`${command}\`, each contestant ${rounds} times or more (memory: once), on ${describe(machine)}.`;
  return [wrap(head, WIDTH, ''), ...cases.map(caseInMarkdown)].join('\n\n');
}

function caseInMarkdown(finished: FinishedCase): string {
  const { name, title, rows, targets, notes } = finished;
  const headings = headingsOf(finished);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    line(headings),
    line(headings.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(row => line(cellsOf(row))),
  ];
  const judged = targets.map(target => {
    const verdict = verdictOn(target);
    return wrap(`- ${verdict === 'missed' ? '**missed**' : verdict}: ${describeTarget(target)}`, WIDTH, '  ');
  });
  const parts = [`### ${name}: ${title}`, table.join('\n'), judged.join('\n'), wrap(notes.join(' '), WIDTH, '')];
  return parts.filter(Boolean).join('\n\n');
}
