import { readFile, writeFile } from 'node:fs/promises';
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
  return [head, ...cases.map(caseInMarkdown)].join('\n\n');
}

function caseInMarkdown(finished: FinishedCase): string {
  const { name, title, rows, targets, notes } = finished;
  const headings = headingsOf(finished);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    line([`**${name}**: ${title}`, ...headings.slice(1)]),
    line(headings.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(row => line(cellsOf(row))),
  ];
  const judged = targets.map(target => {
    const verdict = verdictOn(target);
    return `- ${verdict === 'missed' ? '**missed**' : verdict}: ${describeTarget(target)}`;
  });
  return [table.join('\n'), judged.join('\n'), notes.join(' ')].filter(Boolean).join('\n\n');
}
