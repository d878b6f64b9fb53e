import type { BackupNews } from '../../backups/events/backup-events.ts';
import type { RowBudget } from '../../graphql/row-budget.ts';
import type { Pace } from '../../graphql/throttle.ts';
import type { HistoryManager } from '../../history/orm.ts';
import type { DailyTotals } from '../../statistics/daily-totals.ts';
import type { Loaders } from './loaders.ts';

/** What the route hands over with each request. */
export interface RequestContext {
  readonly em: HistoryManager;
  readonly requestId: string;
}

/** What every resolver gets. */
export interface GraphqlContext extends RequestContext {
  readonly loaders: Loaders;
  readonly budget: RowBudget;
  readonly pace: Pace;
  readonly totals: DailyTotals;
  readonly news: BackupNews;
}
