import type { DatabaseSource } from '../../cli/config/databases.ts';
import type { SourceReport } from '../../cli/preflight/source-report.ts';
import { emptyInventory } from '../../protocol/manifest.ts';

/** Makes an entry of the list of databases; right in every respect that is not wished otherwise. */
export function sampleSource(wish: Partial<DatabaseSource> = {}): DatabaseSource {
  return {
    ...{ label: 'pt_xyz', database: 'pt_xyz', host: '192.168.0.1', port: 3306, user: 'lumbung', password: 'hidden' },
    ...{ dumpOptions: [], shrinkLimitPercent: 50 },
    ...wish,
  };
}

interface ReportWish extends Partial<Omit<SourceReport, 'objects'>> {
  readonly objects?: Partial<SourceReport['objects']>;
}

/** Makes the report of a preflight that finds nothing wrong, of a database that holds nothing but what is wished. */
export function sampleReport({ objects, ...wish }: ReportWish = {}): SourceReport {
  return {
    server: { flavour: 'mariadb', version: '10.11.19' },
    objects: { ...emptyInventory(), tables: [], ...objects },
    ...{ estimatedBytes: 0, isEncrypted: false, findings: [], fallbackOptions: [] },
    ...wish,
  };
}
