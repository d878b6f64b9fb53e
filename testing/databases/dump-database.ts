import { createDumpFile, type Dump, type DumpOrder, dump as dumpIntoFile } from '../../cli/dump/dump.ts';
import { type DumpPlan, type PlanDumpOptions, planDump } from '../../cli/dump/plan-dump.ts';

type Source = DumpOrder['source'];

type DumpOptions = Pick<DumpOrder, 'client'> &
  Partial<Omit<DumpOrder, 'source' | 'client'>> & { readonly signal: AbortSignal };

/** Dumps a source into a new file, without a look at its server. */
export async function dump(
  source: Source,
  path: string,
  { client, fallbackOptions = [], tablesSeen, signal }: DumpOptions,
): Promise<Dump> {
  return dumpIntoFile({ source, client, fallbackOptions, tablesSeen }, await createDumpFile(path), signal);
}

/** Looks at a source and dumps it into a new file, as a run does. @returns what its manifest is made of */
export async function dumpDatabase(source: Source, path: string, options: PlanDumpOptions): Promise<DumpPlan & Dump> {
  const plan = await planDump(source, options);
  const dumped = await dumpIntoFile(plan, await createDumpFile(path), options.signal);
  const unknown = plan.rightsUnknown ? [plan.rightsUnknown] : [];
  return { ...plan, ...dumped, findings: [...unknown, ...plan.findings, ...dumped.findings] };
}
