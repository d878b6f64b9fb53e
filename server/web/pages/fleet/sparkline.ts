import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { FLEET_TEXTS } from './texts.ts';

const [WIDTH, HEIGHT] = [60, 16];

/** The sizes of the newest backups as a line: a step down is what one looks for, so that it begins at nothing. @param sizes bytes, oldest first */
export function sparkline({ format, language }: View, sizes: readonly number[]): Html | undefined {
  const last = sizes.at(-1);
  if (last === undefined) return undefined;
  const top = Math.max(...sizes, 1);
  const step = WIDTH / Math.max(sizes.length - 1, 1);
  const points = sizes.map((size, at) => `${Math.round(at * step)},${round(HEIGHT - 1 - (size / top) * (HEIGHT - 2))}`);
  const line = sizes.length === 1 ? [points[0], `${WIDTH},${points[0]!.split(',')[1]}`] : points;
  const label = FLEET_TEXTS[language].sizes(format.bytes(sizes[0]!), format.bytes(last));
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}"><title>${label}</title><polyline points="${line.join(' ')}"/></svg>`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
