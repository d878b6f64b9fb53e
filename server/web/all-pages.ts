import { ACKNOWLEDGE, TEST_CHANNEL } from './pages/alerts/alert-actions.ts';
import { ALERT_PAGE } from './pages/alerts/alert-page.ts';
import { ALERTS_PAGE } from './pages/alerts/alerts-page.ts';
import { AUDIT_CSV } from './pages/audit/audit-csv.ts';
import { AUDIT_PAGE } from './pages/audit/audit-page.ts';
import { BACKUP_ACTIONS } from './pages/backup/backup-actions.ts';
import { BACKUP_PAGE } from './pages/backup/backup-page.ts';
import { DOWNLOAD } from './pages/backup/download.ts';
import { COMPARE_PAGES } from './pages/contents/compare-page.ts';
import { HOLDERS_PAGE } from './pages/contents/holders-page.ts';
import { DATABASE_ACTIONS } from './pages/database/database-actions.ts';
import { DATABASE_PAGE } from './pages/database/database-page.ts';
import { DRILLS_PAGE } from './pages/drills/drills-page.ts';
import { FIRST_TOKEN_FORM } from './pages/fleet/first-token.ts';
import { FLEET_PAGE } from './pages/fleet/fleet-page.ts';
import { POLICIES_PAGE } from './pages/policies/policies-page.ts';
import { RUN_PAGE } from './pages/runs/run-page.ts';
import { RUNS_PAGE } from './pages/runs/runs-page.ts';
import { END_SESSION, SESSIONS_PAGE } from './pages/sessions/sessions-page.ts';
import { SETTINGS_PAGE } from './pages/settings/settings-page.ts';
import { TOKEN_ACTIONS } from './pages/tokens/token-actions.ts';
import { TOKENS_PAGE } from './pages/tokens/tokens-page.ts';
import type { FileRoute, FormRoute, PageRoute, TextRoute } from './shell/page.ts';

/** All pages of the dashboard: each room adds its own lines. */
export const PAGES: readonly PageRoute[] = [
  FLEET_PAGE,
  DATABASE_PAGE,
  BACKUP_PAGE,
  ...COMPARE_PAGES,
  HOLDERS_PAGE,
  ...[RUNS_PAGE, RUN_PAGE],
  DRILLS_PAGE,
  ...[ALERTS_PAGE, ALERT_PAGE],
  AUDIT_PAGE,
  SETTINGS_PAGE,
  POLICIES_PAGE,
  SESSIONS_PAGE,
  TOKENS_PAGE,
];

/** All that its forms do. */
export const FORMS: readonly FormRoute[] = [
  FIRST_TOKEN_FORM,
  ...DATABASE_ACTIONS,
  ...BACKUP_ACTIONS,
  ACKNOWLEDGE,
  TEST_CHANNEL,
  END_SESSION,
  ...TOKEN_ACTIONS,
];

/** The files that its pages lead to. */
export const FILES: readonly FileRoute[] = [DOWNLOAD];

/** The texts that its pages lead to, as files. */
export const TEXTS: readonly TextRoute[] = [AUDIT_CSV];
