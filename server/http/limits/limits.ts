import { DailyBytes } from './daily-bytes.ts';
import { FailedLogins } from './failed-logins.ts';
import { ReportRate } from './report-rate.ts';
import { RequestRate } from './request-rate.ts';
import { UploadSlots } from './upload-slots.ts';

/** What bounds the clients of one service. */
export interface Limits {
  readonly dailyBytes: DailyBytes;
  readonly failedLogins: FailedLogins;
  readonly reportRate: ReportRate;
  readonly requestRate: RequestRate;
  readonly uploadSlots: UploadSlots;
}

/** Of server/config.ts. What is left out has no limit, but for the reports of runs. */
export interface LimitSettings {
  readonly maxFailedLogins: number;
  readonly maxRequestsPerMinute: number;
  readonly maxParallelUploads: number;
  readonly maxParallelUploadsPerToken: number;
  readonly maxBytesPerDayPerToken: number;
  readonly maxRunsPerHour?: number;
  readonly maxRunDatabasesPerHour?: number;
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Makes the limits of one service. They count in memory: a storage has one service only, and a restart forgets them. */
export function createLimits({
  maxFailedLogins = UNLIMITED,
  maxRequestsPerMinute = UNLIMITED,
  maxParallelUploads = UNLIMITED,
  maxParallelUploadsPerToken = UNLIMITED,
  maxBytesPerDayPerToken = UNLIMITED,
  maxRunsPerHour = 2_000,
  maxRunDatabasesPerHour = 200_000,
}: Partial<LimitSettings> = {}): Limits {
  return {
    dailyBytes: new DailyBytes(maxBytesPerDayPerToken),
    failedLogins: new FailedLogins(maxFailedLogins),
    reportRate: new ReportRate({ runs: maxRunsPerHour, databases: maxRunDatabasesPerHour }),
    requestRate: new RequestRate(maxRequestsPerMinute),
    uploadSlots: new UploadSlots({ inAll: maxParallelUploads, perToken: maxParallelUploadsPerToken }),
  };
}
