import { randomBytes } from 'node:crypto';
import { finding } from '../../protocol/finding.ts';
import type { FindingCode } from '../../protocol/finding-codes.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { upload } from '../service/requests.ts';
import type { RunningApp } from '../service/running-app.ts';
import { sampleManifest, table } from '../zips/sample-manifest.ts';
import { sampleZip } from '../zips/sample-zip.ts';

const HOUR_MS = 3_600_000;

/** Names as clients have them, some of them long, wide, or hard to type. */
export const ODD_NAMES = [
  'perusahaan_dagang_sumber_rejeki_makmur_sejahtera_abadi_cabang_07',
  '株式会社さくら商事_販売管理システム_本番環境_東京支店',
  'shop 🦊 & sons',
  "o'clock",
  '-dash',
];

const KINDS = ['toko_bangunan', 'klinik_sehat', 'cv_sumber_rejeki', 'sekolah_harapan', 'bengkel_motor', 'pt_maju_jaya'];

interface Wish {
  readonly name: string;
  readonly hoursAgo: number;
  readonly rows?: number;
  readonly codes?: readonly FindingCode[];
}

/** Bytes that can't be compressed, the more the more rows. */
function contentOf(rows: number): string {
  return `${randomBytes(1000 + (rows % 40_000)).toString('base64')}\n-- Dump completed\n`;
}

/** Sends one backup, as `sade` would. @returns its id */
export async function send(app: RunningApp, { name, hoursAgo, rows = 1200, codes = [] }: Wish): Promise<number> {
  const takenAt = new Date(Math.floor((Date.now() - hoursAgo * HOUR_MS) / 1000) * 1000).toISOString();
  const zip = sampleZip({ database: name, takenAt, content: contentOf(rows) });
  const findings = codes.map(code =>
    finding(code, `an example of ${code}`, 'GRANT TRIGGER ON `x`.* TO `lumbung`@`%`;'),
  );
  const tables = [table('barang', rows), ...(rows < 200 ? [] : [table('faktur', 2028)])];
  const made = sampleManifest(zip, { inventory: { tables }, findings });
  const manifest = { ...made, source: { ...made.source, database: name } };
  const { status, json } = await upload(app.url, zip, { manifest });
  if (status !== 201) throw new Error(`${name}: ${JSON.stringify(json)}`);
  return json.data.id;
}

/** The names of those that are in trouble, by what it is. */
type Troubles = Readonly<
  Record<'stale' | 'damaged' | 'shrunk' | 'torn' | 'never' | 'unverified' | 'incomplete', string>
>;

/**
 * Fills a service with 115 databases: most of them fine, and of each trouble some. The last night was 7 hours ago.
 */
export async function fillService(app: RunningApp): Promise<Troubles> {
  const names = [
    ...ODD_NAMES,
    ...Array.from({ length: 110 }, (_, at) => `${KINDS[at % 6]}_${String(at).padStart(3, '0')}`),
  ];
  const [stale, damaged, shrunk, torn, never, unverified, incomplete] = names.slice(5);
  for (const [at, name] of names.entries()) {
    if (name !== never && name !== unverified) await send(app, { name, hoursAgo: 31, rows: 500 + 997 * at });
    if (name === stale) continue;
    const codes: FindingCode[] = name === incomplete || name === never || name === torn ? ['TRIGGERS_NOT_GRANTED'] : [];
    const isSmall = name === shrunk || name === torn;
    if (name === unverified) await upload(app.url, sampleZip({ database: name, takenAt: lastNight() }));
    else await send(app, { name, hoursAgo: 7, rows: isSmall ? 150 : 510 + 997 * at, codes });
  }
  const rotten = { damage: 'the stored file has a different SHA-256 than it had' };
  const em = app.history.em.fork();
  const [latest] = await em.find(Backup, { database: { name: damaged! } }, { orderBy: { id: 'desc' }, limit: 1 });
  await em.nativeUpdate(Backup, { id: latest!.id }, rotten);
  return { stale, damaged, shrunk, torn, never, unverified, incomplete } as Troubles;
}

function lastNight(): string {
  return new Date(Math.floor((Date.now() - 7 * HOUR_MS) / 1000) * 1000).toISOString();
}
