import type { RunEnd } from '../../../entities/runs/run.entity.ts';
import type { Html } from '../../shell/html.ts';
import type { Mark } from '../../shell/marks.ts';
import { status } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { RUNS_TEXTS } from './texts.ts';

const SHAPES: Readonly<Record<RunEnd, Mark>> = {
  ...{ ok: 'complete', some_failed: 'incomplete', none_succeeded: 'damaged', broken: 'damaged', interrupted: 'paused' },
};

/** How a run ended, with its shape. */
export function endOf(view: View, end: RunEnd): Html {
  return status(SHAPES[end], RUNS_TEXTS[view.language].ends[end]);
}
