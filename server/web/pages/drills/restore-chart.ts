import type { RestoreTime } from '../../../drills/restore-times.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { DRILLS_TEXTS } from './texts.ts';

/** In units of the drawing. */
const [WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [640, 240, 70, 32, 40, 12];

const [KIB, MIB] = [1024, 1024 ** 2];
const SIZES = [
  10 * KIB,
  100 * KIB,
  MIB,
  10 * MIB,
  100 * MIB,
  1024 * MIB,
  10 * 1024 * MIB,
  100 * 1024 * MIB,
  1024 ** 2 * MIB,
];
const TIMES = [1, 10, 60, 600, 3_600, 36_000];

/** So many points can be told apart. */
const MOST = 300;

/** Each measured restore as a point: how long it took by the size of its dump. The table beside it has the same for screen readers. */
export function restoreChart(view: View, times: readonly RestoreTime[]): Html {
  const t = DRILLS_TEXTS[view.language];
  const shown = times.slice(0, MOST);
  const x = scale(
    range(
      shown.map(({ bytes }) => bytes),
      SIZES,
    ),
    [LEFT, WIDTH - RIGHT],
  );
  const y = scale(
    range(
      shown.map(({ seconds }) => seconds),
      TIMES,
    ),
    [HEIGHT - BOTTOM, TOP],
  );
  const points = shown.map(
    ({ bytes, seconds, kind }) => html`<circle class="${kind}" cx="${x.at(bytes)}" cy="${y.at(seconds)}" r="3"/>`,
  );
  const sizes = SIZES.filter(x.has).map(
    size =>
      html`<path class="grid" d="${`M${x.at(size)} ${TOP}V${HEIGHT - BOTTOM}`}"/><text x="${x.at(size)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${view.format.bytes(size)}</text>`,
  );
  const spans = TIMES.filter(y.has).map(
    seconds =>
      html`<path class="grid" d="${`M${LEFT} ${y.at(seconds)}H${WIDTH - RIGHT}`}"/><text x="${LEFT - 6}" y="${y.at(seconds) + 4}" text-anchor="end">${view.format.duration(seconds * 1000)}</text>`,
  );
  return html`<svg class="chart times" viewBox="${`0 0 ${WIDTH} ${HEIGHT}`}" role="img" aria-label="${t.chart(shown.length)}">
${sizes}${spans}${points}
<text class="axis" x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${t.chartSize}</text></svg>`;
}

interface Scale {
  /** @returns where a value stands, in whole units */
  at(value: number): number;
  /** @returns whether a value is within the drawing */
  has(value: number): boolean;
}

function scale([least, most]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const [low, high] = [Math.log(least), Math.log(most)];
  return {
    at: value => Math.round(from + ((Math.log(Math.max(value, least)) - low) / (high - low)) * (to - from)),
    has: value => value >= least && value <= most,
  };
}

/** @returns the lines around the values: at least two different ones */
function range(values: readonly number[], lines: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = lines.findLast(line => line <= least) ?? lines[0]!;
  const high = lines.find(line => line >= most && line > low) ?? Math.max(most, lines.at(-1)!);
  return [low, high];
}
