import type { Failure, Outcome } from '../../cli/report/outcome.ts';
import { exitCodeOf, type RunReport } from '../../cli/report/run-report.ts';
import { finding } from '../../protocol/finding.ts';

/** The nights of docs/how-to/read-the-mail.md, on a machine in Jakarta (+07:00), as real runs of these databases and servers reported them. */
export const NIGHT = { startedAt: new Date('2026-11-27T18:30:00Z'), endedAt: new Date('2026-11-27T18:31:12Z') };
export const ZONE = 'Asia/Jakarta';

const KINDS = [
  'toko_buku',
  'cv_sumber_rejeki',
  'klinik_sehat',
  'bengkel_motor',
  'sekolah_harapan',
  'pt_maju_jaya',
  'koperasi_tani',
];
const FIXED: Readonly<Record<number, string>> = { 21: 'cv_sumber_rejeki', 34: 'klinik_sehat', 88: 'bengkel_motor' };

const names = Array.from({ length: 99 }, (_, index) => {
  const number = index + 1;
  const kind = FIXED[number] ?? (number >= 95 ? 'sekolah_harapan' : KINDS[number % KINDS.length]!);
  return `${kind}_${String(number).padStart(3, '0')}`;
});

/** What is so every night in two of the databases. */
const MYISAM = finding(
  'NOT_TRANSACTIONAL',
  'tables without transactions are not in the same snapshot as the rest: catatan (MyISAM)',
  'Change them with ALTER TABLE … ENGINE=InnoDB, or back up at a time when no one writes to them.',
);

/** @returns what a run reports of a database that is well */
export function wellOne(database: string, more: Partial<Outcome> = {}): Outcome {
  const number = Number(/\d+$/.exec(database)?.[0] ?? 1);
  return {
    ...{ database, state: 'complete', isLeftover: false, startedAt: NIGHT.startedAt, seconds: 0.4 },
    fileName: `mysql-2026-11-27-18-30-00-${database}-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip`,
    ...{ tables: 1, rows: 200 + 7 * number, dumpBytes: 30_000, zipBytes: 5_500 + 190 * number, backupId: 99 + number },
    findings: /_01[23]$/.test(database) ? [MYISAM] : [],
    ...more,
  };
}

/** @returns what a run reports of a database without a new backup; the last good one is of the night before */
export function failedOne(database: string, failure: Failure, more: Partial<Outcome> = {}): Outcome {
  const { tables: _, rows: __, backupId: ___, ...rest } = wellOne(database);
  const lastGood = { id: 5, takenAt: new Date('2026-11-26T18:31:00Z') };
  return { ...rest, findings: [], state: 'failed', lastGood, failure, ...more };
}

/** @returns the report of a run of these databases */
export function reportOf(outcomes: readonly Outcome[], more: Partial<RunReport> = {}): RunReport {
  const total = outcomes.filter(({ isLeftover }) => !isLeftover).length;
  return {
    ...{ ...NIGHT, server: 'https://backups.example.com/', total, outcomes, notDone: [], kept: [] },
    exitCode: exitCodeOf(outcomes, total),
    ...more,
  };
}

export const goodNight: RunReport = reportOf(names.map(name => wellOne(name)));

const AWAY: Failure = {
  stage: 'dump',
  message: "can't connect to 127.0.0.1:33065: connect ECONNREFUSED 127.0.0.1:33065",
  advice: 'Nothing answers there. Check db_host and db_port, the firewall, and whether the server runs.',
  cause: { where: '127.0.0.1:33065', why: 'refuses connections' },
};
const REFUSED: Failure = {
  stage: 'dump',
  message:
    "mysqldump can't connect to 127.0.0.1:33061: Got error: 1045: \"Access denied for user 'lumbung'@'127.0.0.1' (using password: YES)\" when trying to connect",
  advice:
    'The server refuses this user or password. Check db_username and db_password, and from which host the user may log in. If the user is created with REQUIRE SSL, set "ssl": "require".',
  cause: { where: '127.0.0.1:33061', why: 'refused the password' },
};

export const badNight: RunReport = reportOf(
  names.map(name => {
    if (/_09[5-9]$/.test(name)) return failedOne(name, AWAY);
    if (/_021$/.test(name))
      return failedOne(name, REFUSED, { lastGood: { id: 21, takenAt: new Date('2026-11-26T18:30:00Z') } });
    if (/_034$/.test(name))
      return wellOne(name, {
        state: 'incomplete',
        lastGood: { id: 34, takenAt: new Date('2026-11-26T18:30:30Z') },
        findings: [
          finding(
            'TRIGGERS_NOT_GRANTED',
            'the user lacks TRIGGER: its backups contain no triggers',
            "GRANT TRIGGER ON `klinik\\_sehat\\_034`.* TO 'lumbung'@'127.0.0.1';",
          ),
        ],
      });
    if (!/_088$/.test(name)) return wellOne(name);
    const message =
      'lost since backup 88 (2026-11-26 18:30:41 UTC): table faktur (2,028 rows); rows: 2,844 -> 816 in total';
    const reference = { id: 88, file_name: 'x', timestamp: '2026-11-26 18:30:41', state: 'complete' as const };
    return wellOne(name, {
      findings: [finding('SHRUNK', message, 'Check the database.')],
      loss: { id: 187, timestamp: '2026-11-27 18:30:52', message, reference },
    });
  }),
);

const FULL: Failure = {
  stage: 'upload',
  message:
    'the service answered 507 STORAGE_FULL: The disk of the service is full: make room, then send it again. (12 MiB free)',
  advice: 'Make room on the disk of the service; the next run delivers these zips.',
  cause: { where: 'https://backups.example.com', why: 'has no space left (12 MiB free)' },
};

/** The disk of the service is full when 45 are stored. */
export const fullDiskNight: RunReport = reportOf(
  names.map((name, index) => {
    if (index < 45) return wellOne(name);
    const { tables, rows, fileName } = wellOne(name);
    const keptAt = `/opt/lumbung/data/work/${fileName}`;
    return failedOne(name, { ...FULL, keptAt }, { tables: tables!, rows: rows! });
  }),
  { kept: names.slice(45).map(name => `/opt/lumbung/data/work/${wellOne(name).fileName}`) },
);
