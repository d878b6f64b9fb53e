import type { Context } from 'koa';
import { NO_ONE } from '../../auth/principal.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import { pathOf } from '../../http/request-log.ts';
import { cookieIn } from '../sessions/cookies.ts';
import type { ZoneChoice } from '../shell/layout.ts';
import { UI, type View, viewFor } from '../shell/view.ts';
import { chooseLanguage, languageOf } from '../texts/language.ts';

/** Who looks at the dashboard, and how they want to see it. */
export interface Reader {
  readonly view: View;
  readonly zone: ZoneChoice;
  /** IANA */
  readonly serviceZone: string;
}

export const LANGUAGE_COOKIE = 'lumbung_lang';
export const ZONE_COOKIE = 'lumbung_zone';

/** What a reader needs of the service. */
export interface Readers {
  readonly configuration: { current(): Configuration };
  /** See `basePath`. */
  readonly base: string;
}

/** @param ctx of any request, also of one that was refused before it was known whose it is */
export function readerOf(ctx: Context, { configuration, base }: Readers): Reader {
  const { timezone, language: usual } = configuration.current();
  const { cookie } = ctx.req.headers;
  const { principal = NO_ONE, csrfToken = '' } = ctx.state as Partial<Context['state']>;
  const chosen = languageOf(cookieIn(cookie, LANGUAGE_COOKIE));
  const language = chooseLanguage(chosen, ctx.get('Accept-Language'), usual);
  const zone = zoneOf(cookieIn(cookie, ZONE_COOKIE)) ?? 'service';
  const viewer = { language, zone: zone === 'utc' ? 'UTC' : timezone, now: new Date(), principal, csrfToken, base };
  return { view: viewFor(viewer), zone, serviceZone: timezone };
}

/** @returns the choice that a text names, such as a cookie or `?zone=` */
export function zoneOf(text: string | null | undefined): ZoneChoice | undefined {
  return (['service', 'utc', 'browser'] as const).find(zone => zone === text);
}

/** @returns whether a request is for the dashboard */
export function isUi(ctx: Context): boolean {
  const path = pathOf(ctx);
  return path === UI || path.startsWith(`${UI}/`);
}

/** @returns the path below the dashboard: `/` or such as `/databases/x`, as it came */
export function pathBelow(ctx: Context): string {
  return pathOf(ctx).slice(UI.length) || '/';
}

/** @returns what stands behind the question mark; never throws */
export function queryOf({ req }: Context): URLSearchParams {
  const at = req.url?.indexOf('?') ?? -1;
  return new URLSearchParams(at < 0 ? '' : req.url!.slice(at));
}
