import { type Html, html } from './html.ts';

/** What stands out among the points of a series. */
export type Tone = 'complete' | 'incomplete' | 'damaged' | 'unverified' | 'warning';

/** One value at a time. */
export interface SeriesPoint {
  readonly at: Date;
  readonly value: number;
  readonly tone: Tone;
}

interface Series {
  /** What it shows, with its range: read aloud in place of the drawing. */
  readonly label: string;
  /** Oldest first. */
  readonly points: readonly SeriesPoint[];
  /** Writes a value, with its unit. */
  readonly format: (value: number) => string;
  /** Writes the day of a point. */
  readonly day: (at: Date) => string;
}

/** Of the drawing, in its own units, and how much of it is left for words. */
const [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [440, 120, 18, 20, 4];

/**
 * Draws values over time as a line from zero up, in which what is not as it should be stands out by shape and by colour. The page
 * has the same values as a table.
 * @returns nothing without a point
 */
export function series({ label, points, format, day }: Series): Html | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return undefined;
  const most = Math.max(...points.map(({ value }) => value));
  const place = placer(first.at.getTime(), last.at.getTime(), most);
  const places = points.map(point => ({ ...place(point), tone: point.tone }));
  return html`<svg class="series" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<path class="ground" d="M${SIDE} ${HEIGHT - BOTTOM}H${WIDTH - SIDE}"/>
<path class="area" d="${line(places)}V${HEIGHT - BOTTOM}H${places[0]!.x}Z"/>
<path class="line" d="${line(places)}"/>
${places.filter(({ tone }) => tone !== 'complete' || points.length === 1).map(marked)}
<text class="most" x="${SIDE}" y="11">${format(most)}</text>
<text x="${SIDE}" y="${HEIGHT - 4}">${day(first.at)}</text>
<text class="end" x="${WIDTH - SIDE}" y="${HEIGHT - 4}">${day(last.at)}</text>
</svg>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function placer(from: number, to: number, most: number): (point: SeriesPoint) => Place {
  const [width, height] = [WIDTH - 2 * SIDE, HEIGHT - TOP - BOTTOM];
  return ({ at, value }) => ({
    x: tenths(SIDE + (to > from ? (at.getTime() - from) / (to - from) : 1) * width),
    y: tenths(HEIGHT - BOTTOM - (most > 0 ? value / most : 0) * height),
  });
}

function line(places: readonly Place[]): string {
  return `M${places.map(({ x, y }) => `${x} ${y}`).join('L')}`;
}

/** A shape for each tone: a triangle, a cross, a ring, a square. */
function marked({ x, y, tone }: Place & { readonly tone: Tone }): Html {
  const shapes: Readonly<Record<Tone, string>> = {
    complete: `M${x - 2} ${y}a2 2 0 1 0 4 0a2 2 0 1 0-4 0`,
    incomplete: `M${x} ${y - 6}l5.5 10h-11z`,
    damaged: `M${x - 4} ${y - 4}l8 8m0-8l-8 8`,
    unverified: `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0`,
    warning: `M${x - 3} ${y - 3}h6v6h-6z`,
  };
  return html`<path class="point ${tone}" d="${shapes[tone]}"/>`;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
