import { formatTimestamp } from '../../protocol/backup-name.ts';
import { formatBytes } from '../../protocol/format-bytes.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { storedState } from '../entities/backup.entity.ts';
import type { Copied } from './copy-verified.ts';

/** A backup on the page. */
export interface PageRow {
  readonly backup: Backup;
  /** `removed`: its file went earlier. */
  readonly result: Copied | 'removed';
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right}code,td.d{font:13px ui-monospace,monospace;overflow-wrap:anywhere}.bad{color:#a00;font-weight:600}`;

/**
 * The start of the page that shows what a folder contains, for someone who has nothing but the folder: it needs no network, and runs no
 * script.
 */
export function pageHead({ client, at, databases }: { client: string; at: Date; databases: number }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Backups of ${html(client)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Backups of ${html(client)}</h1>
<p>Copied on ${html(formatTimestamp(at))} UTC: the backups of ${databases} ${databases === 1 ? 'database' : 'databases'}. All times are UTC.</p>
<h2>How to use them</h2>
<p>Each zip contains one SQL dump. To check all files: <code>sha256sum -c SHA256SUMS</code>. To load one into an empty database:
<code>unzip -p FILE.zip | mysql DATABASE</code>. The file <code>….json</code> beside each zip says what is in it: tables, rows,
versions, and what was found wrong.</p>
`;
}

export function databaseHead(name: string): string {
  return `<h2>${html(name)}</h2>
<table>
<tr><th>Dump began</th><th>State</th><th>Size</th><th>Rows</th><th>File</th><th>SHA-256 of the zip</th></tr>
`;
}

export function backupRow({ backup, result }: PageRow): string {
  const { takenAt, size, dumpRows, sha256 } = backup;
  const cells = [
    `<td>${html(formatTimestamp(takenAt))}</td>`,
    `<td>${html(storedState(backup))}</td>`,
    `<td class="n">${html(formatBytes(size))}</td>`,
    `<td class="n">${dumpRows ?? ''}</td>`,
    `<td>${fileCell(backup, result)}</td>`,
    `<td class="d">${html(sha256)}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>\n`;
}

export const DATABASE_END = '</table>\n';
export const PAGE_END = '</body>\n</html>\n';

function fileCell({ fileName, database }: Backup, result: PageRow['result']): string {
  const report = `<a href="${html(hrefOf(database.name, `${fileName}.json`))}">what is in it</a>`;
  if (result === 'copied' || result === 'there')
    return `<a href="${html(hrefOf(database.name, fileName))}">${html(fileName)}</a> (${report})`;
  const why = { missing: 'its file is missing', damaged: 'its file is damaged', removed: 'it was removed' }[result];
  return `${html(fileName)} <span class="bad">not here: ${why}</span> (${report})`;
}

/** A path in the folder: each part of it may have any character. */
export function hrefOf(...parts: readonly string[]): string {
  // A part with a colon would be read as a scheme.
  return `./${parts.map(encodeURIComponent).join('/')}`;
}

/** Names come from clients. */
function html(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
