import type { RestoreReport } from '../../../protocol/reports/restore-report.ts';
import type { ServiceAccess } from '../../access/service-access.ts';
import { messageOf } from '../../errors.ts';
import { Service } from '../../service/service.ts';

/** The restore is over: the service may take so long to note it. */
const SEND_MS = 10_000;

/** Tells the service how a restore went. @returns why it could not be told; undefined when it has it */
export async function sendReport(
  report: RestoreReport,
  access: ServiceAccess,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await new Service(access, signal, SEND_MS).reportRestore(report);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
