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
}

/** Somebody who answers many clients at once. Its time is that of one answer: all the time, divided by their number. */
export function loadContestant(scene: Scene, { plan, servers, ...contestant }: Loaded): Contestant {
  let report: LoadReport | undefined;
  return {
    ...contestant,
    run: async () => {
      const command = [
        process.execPath,
        LOAD_CLIENTS,
        JSON.stringify({ ...plan, warmsUp: !report } satisfies LoadPlan),
      ];
      const { sample, stdout } = await scene.measure(command, { servers, tellsItself: true });
      report = JSON.parse(stdout) as LoadReport;
      const { answers, warmUps, p50, p95 } = report;
      const cpuSeconds = sample.cpuSeconds && sample.cpuSeconds / (answers + warmUps);
      return { ...sample, cpuSeconds, peakBytes: undefined, latency: { p50, p95 } };
    },
    check: async () => report?.bytes, // the clients have looked at each answer
  };
}
