import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { whyInWords } from '../../texts/kept-words.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** Digests, sizes, where it comes from, and why the retention keeps it. */
export function factsSection(view: View, { backup, contents, decision, isRetentionOn }: BackupFacts): Html {
  const t = BACKUP_TEXTS[view.language];
  const { fileName, size, sha256, dumpSize, dumpSha256 } = backup;
  const { bytes, number } = view.format;
  const exact = (n: number) => (n < 1024 ? bytes(n) : `${bytes(n)} (${number(n)} B)`);
  const rows: Array<readonly [string, Html | string]> = [
    [t.fileName, html`<code>${fileName}</code>`],
    [t.size, exact(size)],
    [t.zipDigest, html`<code>${sha256}</code>`],
    [t.dumpSize, dumpSize == null ? t.notRead : exact(dumpSize)],
    [t.dumpDigest, dumpSha256 ? html`<code>${dumpSha256}</code>` : t.notRead],
    ...(contents ? originOf(view, contents) : []),
    ...(decision ? [[t.keptBecause, keptIn(view, decision, isRetentionOn)] as const] : []),
  ];
  return html`<section aria-labelledby="facts"><h2 id="facts">${t.facts}</h2><dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

function originOf(view: View, { source, client, madeBy }: NonNullable<BackupFacts['contents']>) {
  const t = BACKUP_TEXTS[view.language];
  const { database, server } = source;
  const from = server ? `${database}, ${server.flavour} ${server.version}` : database;
  return [
    [t.source, from],
    [t.client, `${client.flavour} ${client.version}`],
    [t.madeBy, madeBy],
  ] as const;
}

function keptIn(view: View, decision: NonNullable<BackupFacts['decision']>, isRetentionOn: boolean): string {
  const t = BACKUP_TEXTS[view.language];
  const words = isRetentionOn ? [t.stays, t.goes] : [t.wouldStay, t.wouldGo];
  return `${words[decision.isKept ? 0 : 1]}: ${whyInWords(view.language, decision)}`;
}
