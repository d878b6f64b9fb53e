import type { Logger } from 'pino';
import type { Audit } from './audit/audit.ts';
import type { Access } from './auth/authenticate.ts';
import type { BackupEvents } from './backups/events/backup-events.ts';
import type { ConfigurationFile } from './configuration/reading/configuration-file.ts';
import type { Scheduler } from './jobs/scheduler.ts';
import type { Notifications } from './notifications/notifications.ts';
import type { Retention } from './retention/retention.ts';
import type { Scrub } from './scrub/scrub.ts';
import type { DailyTotals } from './statistics/daily-totals.ts';
import type { Storage } from './storage/storage.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** What all answers are made with, those of REST as well as the pages. Made when the service starts. */
export interface RunningParts {
  /** Who may use the service. */
  readonly access: Access;
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly scrub: Scrub;
  readonly configuration: ConfigurationFile;
  /** Of all that the service does by itself. */
  readonly scheduler: Scheduler;
  readonly notifications: Notifications;
  readonly totals: DailyTotals;
  readonly retention: Retention;
  readonly tokens: TokenStore;
  readonly audit: Audit;
  readonly log: Logger;
  /** Where a proxy makes the service known, such as `https://backups.example.com/lumbung/`. */
  readonly publicUrl?: URL | undefined;
  /** How long a client may take nothing of a download, in milliseconds. */
  readonly downloadIdleMs: number;
}
