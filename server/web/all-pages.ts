import { SETTINGS_PAGE } from './pages/settings/settings-page.ts';
import type { FormRoute, PageRoute } from './shell/page.ts';

/** All pages of the dashboard: each room adds its own lines. */
export const PAGES: readonly PageRoute[] = [SETTINGS_PAGE];

/** All that its forms do. */
export const FORMS: readonly FormRoute[] = [];
