/** A client's database, as it is on an ordinary night. */
export interface ClientDatabase {
  readonly name: string;
  readonly client: string;
  /** Who backs it up. */
  readonly source: string;
  /** Of its zip, in bytes, on the first of all nights. */
  readonly size: number;
  readonly tables: readonly string[];
}

/** Who runs `sade`, when it starts after midnight of Jakarta, in minutes, and the server that it dumps from. */
export const SOURCES = {
  web1: { startsAt: 90, host: 'web1.example.com', server: '10.20.0.11:3306' },
  web2: { startsAt: 95, host: 'web2.example.com', server: '10.20.0.12:3306' },
  db7: { startsAt: 125, host: 'backup1.example.com', server: '10.20.0.7:3306' },
} as const;
export type SourceName = keyof typeof SOURCES;

const CLIENTS: ReadonlyArray<readonly [client: string, source: SourceName, names: readonly string[]]> = [
  ['pt_maju', 'web1', ['maju_arsip', 'maju_erp', 'maju_gudang', 'maju_hrd', 'maju_pos', 'maju_web']],
  ['toko_kopi', 'web1', ['kopi_kasir', 'kopi_loyalty', 'kopi_stok', 'kopi_web']],
  ['cv_sinar', 'web2', ['sinar_akuntansi', 'sinar_crm', 'sinar_gudang', 'sinar_mail', 'sinar_web']],
  ['rs_harapan', 'web2', ['harapan_antrian', 'harapan_apotek', 'harapan_rekam_medis', 'harapan_web']],
  ['kopindo', 'db7', ['kopindo_anggota', 'kopindo_lapor', 'kopindo_pinjam', 'kopindo_simpan', 'kopindo_web']],
];

const TABLES = [
  ...['faktur', 'faktur_detail', 'pelanggan', 'barang', 'pembayaran', 'stok', 'pengguna', 'log_akses'],
  ...['cabang', 'pajak', 'jurnal', 'akun', 'pesanan', 'pemasok'],
];

/** The 24 databases of five clients. */
export const DATABASES: readonly ClientDatabase[] = CLIENTS.flatMap(([client, source, names]) =>
  names.map((name, at) => ({
    ...{ name, client, source },
    size: 36_000 + ((name.length * 15_838 + at * 97_222) % 680_000),
    tables: TABLES.slice(0, 6 + ((name.length + at) % 9)),
  })),
);

/** What stands in `lumbung.yaml`, but for its channels. */
export const CONFIGURATION = {
  timezone: 'Asia/Jakarta',
  defaults: { every: 'cron 30 1 * * * Asia/Jakarta', grace: '3h' },
  groups: Object.fromEntries(
    CLIENTS.map(([client, , names]) => [client, { databases: [`${names[0]!.split('_')[0]}_*`] }]),
  ),
} as const;
