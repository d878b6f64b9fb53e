import type { PageLinks } from '../../notifications/notification.ts';
import { basePath, linkTo, type Query } from './view.ts';

/**
 * @param publicUrl PUBLIC_URL
 * @returns the addresses of pages as others reach them; undefined without PUBLIC_URL: what the service listens on may be unknown to them
 */
export function pageLinks(publicUrl: URL | undefined): PageLinks | undefined {
  if (!publicUrl) return undefined;
  const to = (path: string, query?: Query) => publicUrl.origin + linkTo(basePath(publicUrl), path, query);
  return {
    alarm: id => to(`/alerts/${id}`),
    alarms: () => to('/alerts'),
    database: name => to(`/databases/${encodePart(name)}`),
    fleet: group => to('/', { group }),
  };
}

/** Also what a chat would make bold, or a link would end at. */
function encodePart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
