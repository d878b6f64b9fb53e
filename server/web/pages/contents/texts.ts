import { type Html, html } from '../../shell/html.ts';
import { counted, texts } from '../../texts/texts.ts';

/** What the pages say that compare backups and find tables in them. */
export const CONTENTS_TEXTS = texts({
  en: {
    compareTitle: (id: number, other: number) => `Backup ${id} compared with ${other}`,
    compareHeading: (after: Html, before: Html) => html`${after} compared with ${before}`,
    compareOf: (id: number, name: string, at: Html) => html`backup ${id} of ${name}, ${at}`,
    nothingBefore: 'No complete backup of the database is older than this one: there is nothing to compare it with.',
    compareOther: 'Id of the other backup',
    compare: 'Compare',
    noOne: 'No one can tell what differs.',
    withoutManifest: (link: Html) => html`${link} has no manifest that this version understands.`,
    beforeColumn: 'Before',
    afterColumn: 'After',
    inAll: 'In all',
    lostList: (n: string) => `Lost: ${n}`,
    gainedList: (n: string) => `Gained: ${n}`,
    changedList: (n: string) => `Other number of rows: ${n}`,
    sameTables: (n: number) => `${counted(n, 'table has', 'tables have')} as many rows in both.`,
    cutList: (shown: string, all: string) =>
      `The first ${shown} of ${all}: search for a part of the name to see others.`,
    nothing: 'nothing',
    change: 'Change',
    holdersTitle: (table: string) => `Backups with the table ${table}`,
    holdersHeading: (table: string, name: Html) => html`Which backups of ${name} hold the table <code>${table}</code>?`,
    noHolders: 'None of the backups that were looked at holds it.',
    lookedAt: (n: string, unknown: number) =>
      `${n} backups were looked at.${unknown > 0 ? ` Of ${unknown} no one knows what they contain.` : ''}`,
    tableHere: 'Table',
    olderOnes: 'Look at older backups',
  },
  id: {
    compareTitle: (id: number, other: number) => `Cadangan ${id} dibandingkan dengan ${other}`,
    compareHeading: (after: Html, before: Html) => html`${after} dibandingkan dengan ${before}`,
    compareOf: (id: number, name: string, at: Html) => html`cadangan ${id} dari ${name}, ${at}`,
    nothingBefore: 'Tidak ada cadangan lengkap yang lebih lama: tidak ada yang dapat dibandingkan.',
    compareOther: 'Id cadangan yang lain',
    compare: 'Bandingkan',
    noOne: 'Tidak diketahui apa yang berbeda.',
    withoutManifest: (link: Html) => html`${link} tidak memiliki manifes yang dipahami versi ini.`,
    beforeColumn: 'Sebelum',
    afterColumn: 'Sesudah',
    inAll: 'Seluruhnya',
    lostList: (n: string) => `Hilang: ${n}`,
    gainedList: (n: string) => `Bertambah: ${n}`,
    changedList: (n: string) => `Jumlah baris berbeda: ${n}`,
    sameTables: (n: number) => `${n} tabel memiliki jumlah baris yang sama.`,
    cutList: (shown: string, all: string) =>
      `${shown} pertama dari ${all}: cari bagian dari nama untuk melihat yang lain.`,
    nothing: 'tidak ada',
    change: 'Perubahan',
    holdersTitle: (table: string) => `Cadangan dengan tabel ${table}`,
    holdersHeading: (table: string, name: Html) =>
      html`Cadangan ${name} mana yang memiliki tabel <code>${table}</code>?`,
    noHolders: 'Tidak satu pun cadangan yang diperiksa memilikinya.',
    lookedAt: (n: string, unknown: number) =>
      `${n} cadangan diperiksa.${unknown > 0 ? ` Isi ${unknown} di antaranya tidak diketahui.` : ''}`,
    tableHere: 'Tabel',
    olderOnes: 'Periksa cadangan yang lebih lama',
  },
});
