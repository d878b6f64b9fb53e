import type { Audit } from '../../audit/audit.ts';
import type { Actor } from '../../audit/entry.ts';
import type { WantedDeed } from '../../audit/requested-deed.ts';
import type { Principal } from '../../auth/principal.ts';
import type { BackupEvents } from '../../backups/events/backup-events.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import type { AppError } from '../../errors/errors.ts';
import type { RowBudget } from '../../graphql/row-budget.ts';
import type { Throttle } from '../../graphql/throttle.ts';
import type { Reading } from '../../history/reading/in-scope.ts';
import type { ChannelTests } from '../../notifications/channel-tests.ts';
import type { Retention } from '../../retention/retention.ts';
import type { DailyTotals } from '../../statistics/daily-totals.ts';
import type { Storage } from '../../storage/storage.ts';
import type { TokenStore } from '../../tokens/token-store.ts';
import type { Loaders } from './loaders.ts';

/** What the route hands over with each request. */
export interface RequestContext extends Reading {
  /** Who asks. */
  readonly principal: Principal;
  /** @returns whether the token is still one that is let in: of a subscription, which may be long */
  readonly isStillLetIn: () => Promise<boolean>;
  readonly requestId: string;
  /** Who asks, for the audit trail. */
  readonly actor: Actor;
  readonly audit: Audit;
  readonly channelTests: ChannelTests;
  /** Is called with each error of a resolver that the answer has; of a change with what was wanted. */
  readonly onRefused: (error: AppError, deed?: WantedDeed) => void;
}

/** What every resolver gets. */
export interface GraphqlContext extends RequestContext {
  readonly loaders: Loaders;
  readonly budget: RowBudget;
  readonly pace: Throttle;
  readonly totals: DailyTotals;
  readonly events: BackupEvents;
  readonly tokens: TokenStore;
  readonly retention: Retention;
  readonly storage: Storage;
  /** As it is now: it may be loaded again at any time. */
  readonly configuration: { current(): Configuration };
}
