import type { SourceReport } from '../preflight/source-report.ts';
import { isSameSeries } from '../throwaway-server/server-programs.ts';
import type { ServerWanted } from './servers-of-run.ts';

/** The page size with which a throwaway server starts: with another one rows of other lengths fit. */
const PAGE_SIZE = '16384';

/** @returns why a throwaway server can't be like the source's; undefined when it can */
export function whyNot(settings: ReadonlyMap<string, string>): string | undefined {
  const pageSize = settings.get('innodb_page_size') ?? PAGE_SIZE;
  if (pageSize !== PAGE_SIZE) return `the source has an innodb_page_size of ${pageSize}`;
  if (settings.get('lower_case_table_names') === '2') return 'the source has lower_case_table_names = 2';
  return undefined;
}

export interface HowToCompare {
  readonly server: ServerWanted;
  /** Whether the two servers write the same object in the same words. */
  comparesTexts(version: string): boolean;
}

/** MySQL 8.0 changed how it writes tables from release to release: display widths (8.0.19), utf8mb3 (8.0.28). */
export function howToCompare({ server }: SourceReport, settings: ReadonlyMap<string, string>): HowToCompare {
  const { flavour, version } = server;
  const isSettled = flavour === 'mariadb' || !version.startsWith('8.0.');
  return {
    server: { flavour, version, lowerCaseTableNames: settings.get('lower_case_table_names') === '1' ? 1 : 0 },
    comparesTexts: other => (isSettled ? isSameSeries(other, version) : other === version),
  };
}
