import { randomUUID } from 'node:crypto';
import type { DrillOutcome } from '../../protocol/last-drill.ts';
import { Report, type ReportKind } from '../../server/entities/report.entity.ts';
import { isSqlite } from '../../server/history/dialect.ts';
import type { Orm } from '../../server/history/orm.ts';
import { sampleDrill } from '../service/sample-reports.ts';

interface Wish {
  readonly kind?: ReportKind;
  readonly databaseName: string;
  readonly backupId: number;
  readonly outcome?: DrillOutcome;
  readonly endedAt?: Date;
  readonly rtoSeconds?: number | null;
}

/** Puts rows of reports, of drills when left out, into a history, without a request for each, and has the store count what it holds. */
export async function fillReports(history: Orm, wishes: readonly Wish[]): Promise<void> {
  const em = history.em.fork();
  const document = JSON.stringify(sampleDrill());
  const rows = wishes.map(
    ({ outcome = 'restorable', endedAt = new Date(), rtoSeconds = 60, kind = 'drill', ...wish }) => ({
      ...wish,
      kind,
      ...{ reportId: randomUUID(), fileName: 'filled', outcome, endedAt, storedAt: endedAt },
      ...{ rtoSeconds, loadedBytes: 1024, differenceCount: 0, reason: outcome === 'restorable' ? null : 'a reason' },
      ...{ targetHost: null, targetDatabase: null, document },
    }),
  );
  for (let at = 0; at < rows.length; at += 500) await em.insertMany(Report, rows.slice(at, at + 500));
  await em.execute(isSqlite(em) ? 'analyze' : 'analyze table reports');
}
