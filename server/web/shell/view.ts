import type { Principal } from '../../auth/principal.ts';
import type { Language } from '../texts/language.ts';
import { type Format, formatFor } from './format.ts';

export type { Language };

/** What a link's query may have; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Who looks, and how it is shown. */
export interface View {
  readonly language: Language;
  readonly format: Format;
  /** IANA. The days of the matrix are days in it. */
  readonly zone: string;
  readonly now: Date;
  readonly principal: Principal;
  /** Goes into each form. */
  readonly csrfToken: string;
  /**
   * @param path below the dashboard, `/` or such as `/databases/x`, its parts by encodeURIComponent
   * @returns the address of a page: behind the path of PUBLIC_URL, `/-/ui/databases/x`
   */
  link(path: string, query?: Query): string;
}

interface Viewer extends Pick<View, 'language' | 'zone' | 'now' | 'principal' | 'csrfToken'> {
  /** What stands before `/-/ui` where a proxy makes the service known under a path, such as `/lumbung`; usually empty. */
  readonly base: string;
}

/** Joins who looks with what writes for them. */
export function viewFor({ base, ...viewer }: Viewer): View {
  return { ...viewer, format: formatFor(viewer), link: (path, query) => linkTo(base, path, query) };
}

/** The path of the dashboard. */
export const UI = '/-/ui';

/** @returns the address of a page of the dashboard; see `View.link` */
export function linkTo(base: string, path: string, query: Query = {}): string {
  if (!path.startsWith('/')) throw new Error(`the path of a page begins with a slash, and ${path} does not`);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const text of Array.isArray(value) ? value : [value])
      if (text !== undefined && text !== '') search.append(name, String(text));
  const asked = search.toString();
  return `${base}${UI}${path === '/' ? '' : path}${asked && `?${asked}`}`;
}

/** @returns the path of PUBLIC_URL without a slash at its end: `/lumbung`, or nothing */
export function basePath(publicUrl: URL | undefined): string {
  return publicUrl?.pathname.replace(/\/+$/, '') ?? '';
}
