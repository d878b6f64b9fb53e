import { isLogOpen } from '../log.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';

/** A terminal that does not know its width (some of those that scripts make) cannot hold live lines. */
export function hasLiveView(out: NodeJS.WriteStream, { quiet }: { readonly quiet: boolean }): boolean {
  return out.isTTY && out.columns > 0 && !quiet && !isLogOpen();
}

/** Loaded only on a terminal: a run by cron starts faster without it. */
export async function openLiveView(out: NodeJS.WriteStream, options: LiveViewOptions): Promise<LiveView> {
  return new (await import('./live-view.ts')).LiveView(out, options);
}
