import { join } from 'node:path';
import process from 'node:process';
import type { Contestant } from '../case.ts';
import type { ServerMeter } from '../measuring/server-meter.ts';
import type { Scene } from '../scene.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';

const LOAD_CLIENTS = join(import.meta.dirname, 'load-clients.ts');

interface Loaded extends Pick<Contestant, 'name' | 'role' | 'against'> {
  readonly plan: Omit<LoadPlan, 'warmsUp'>;
  readonly servers: readonly ServerMeter[];
  /** Before each run, where the servers start again. */
  readonly restart?: () => Promise<Pick<Loaded, 'servers'> & Pick<LoadPlan, 'url'>>;
}

/** Somebody who answers many clients at once. Its time is that of one answer: all the time, divided by their number. */
export function loadContestant(scene: Scene, { plan, restart, ...contestant }: Loaded): Contestant {
  let report: LoadReport | undefined;
  let { servers } = contestant;
  let { url } = plan;
  return {
    ...contestant,
    prepare: async () => {
      if (restart) ({ servers, url } = await restart());
    },
    run: async () => {
      const asked = { ...plan, url, warmsUp: !report || restart !== undefined } satisfies LoadPlan;
      const command = [process.execPath, LOAD_CLIENTS, JSON.stringify(asked)];
      const { sample, stdout } = await scene.measure(command, { servers, tellsItself: true });
      report = JSON.parse(stdout) as LoadReport;
      const { answers, warmUps, p50, p95 } = report;
      const cpuSeconds = sample.cpuSeconds && sample.cpuSeconds / (answers + warmUps);
      return { ...sample, cpuSeconds, peakBytes: undefined, latency: { p50, p95 } };
    },
    check: async () => report?.bytes, // the clients have looked at each answer
  };
}
