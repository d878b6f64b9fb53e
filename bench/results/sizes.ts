const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** How much work the cases do. */
export interface Sizes {
  /** Bytes of rows in the one large database; its dump is what gets zipped, too. */
  readonly database: number;
  readonly many: { readonly count: number; readonly bytes: number };
  /** Databases that take less time than what goes on around them. */
  readonly small: { readonly count: number; readonly bytes: number };
  /** Bytes of the dump whose zip is uploaded and downloaded. */
  readonly upload: number;
  /** Bytes of the dump of each of sixteen zips that are uploaded at once. */
  readonly smallUpload: number;
  /** Bytes of the dump that is loaded into a database. */
  readonly restore: number;
  /** Bytes of the dump during whose backup the memory is watched. */
  readonly memory: number;
  /** A history: so many backups of each of so many databases; seconds for which its clients ask each time. */
  readonly history: { readonly databases: number; readonly days: number; readonly seconds: number };
  /** The same, of the page of the fleet: each of these is measured. */
  readonly fleets: ReadonlyArray<{ readonly databases: number; readonly days: number; readonly seconds: number }>;
}

/** `tiny` shows only that all works; `usual` takes ten minutes or so, `full` more than an hour. */
export const SIZES: Readonly<Record<'tiny' | 'usual' | 'full', Sizes>> = {
  tiny: {
    database: MIB,
    many: { count: 2, bytes: MIB },
    small: { count: 3, bytes: MIB / 8 },
    upload: MIB,
    smallUpload: MIB / 2,
    restore: 20 * MIB,
    memory: 4 * MIB,
    history: { databases: 40, days: 20, seconds: 0.05 },
    fleets: [{ databases: 40, days: 20, seconds: 0.05 }],
  },
  usual: {
    database: 128 * MIB,
    many: { count: 8, bytes: 20 * MIB },
    small: { count: 30, bytes: MIB },
    upload: 512 * MIB,
    smallUpload: 32 * MIB,
    restore: 256 * MIB,
    memory: GIB / 2,
    history: { databases: 1000, days: 100, seconds: 0.5 },
    fleets: [{ databases: 1000, days: 100, seconds: 1 }],
  },
  full: {
    database: GIB,
    many: { count: 40, bytes: 20 * MIB },
    small: { count: 100, bytes: MIB },
    upload: GIB,
    smallUpload: 64 * MIB,
    restore: GIB,
    memory: 20 * GIB,
    history: { databases: 1000, days: 1000, seconds: 3 },
    fleets: [
      { databases: 1000, days: 1000, seconds: 3 },
      { databases: 10_000, days: 300, seconds: 3 },
    ],
  },
};
