import { can } from '../../../auth/policy.ts';
import type { ConfigurationState } from '../../../configuration/reading/configuration-file.ts';
import { readStorage, type StorageFacts } from '../../../fleet/read-facts.ts';
import type { JobState } from '../../../jobs/scheduler.ts';
import type { ScrubProgress } from '../../../scrub/scrub.ts';
import { recentBytesPerDay } from '../../../statistics/bytes-per-day.ts';
import type { PageRequest, WebParts } from '../../shell/page.ts';

/** How the service is: the same, to the same readers, as `/-/status` has it. */
export interface ServiceState {
  /** Whether the reader sees all databases: errors and mistakes may name one that others must not know. */
  readonly seesAll: boolean;
  /** Undefined for others. */
  readonly ofAll: { readonly storage: StorageFacts | 'away'; readonly scrub: ScrubProgress } | undefined;
  readonly configuration: ConfigurationState;
  readonly jobs: readonly JobState[];
}

export async function loadService(
  { view, em }: Pick<PageRequest, 'view' | 'em'>,
  { storage, totals, scrub, configuration, scheduler }: WebParts,
): Promise<ServiceState> {
  const seesAll = can(view.principal, 'progress');
  const growth = () => recentBytesPerDay(totals, em, view.now);
  const room = () => readStorage({ space: () => storage.space(), bytesPerDay: growth });
  return {
    seesAll,
    ofAll: seesAll ? { storage: await room(), scrub: await scrub.progress(em) } : undefined,
    configuration: configuration.state(),
    jobs: scheduler.status(),
  };
}
