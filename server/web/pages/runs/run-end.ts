import type { RunEnd } from '../../../entities/runs/run.entity.ts';
import type { Html } from '../../shell/html.ts';
import type { Mark } from '../../shell/marks.ts';
import { status } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { RUNS_TEXTS } from './texts.ts';

const SHAPES: Readonly<Record<RunEnd, Mark>> = {
  ...{ ok: 'complete', some_failed: 'incomplete', none_succeeded: 'damaged', broken: 'damaged', interrupted: 'paused' },
};

/**
 * How a run ended, with its shape. One in which all is complete ends with 1, too, where something was lost or stays unverified: nothing
 * has failed then.
 */
export function endOf(view: View, end: RunEnd, { isAllComplete }: { readonly isAllComplete: boolean }): Html {
  const t = RUNS_TEXTS[view.language];
  return status(SHAPES[end], end === 'some_failed' && isAllComplete ? t.completeWithFindings : t.ends[end]);
}
