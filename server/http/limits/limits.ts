import { FailedLogins } from './failed-logins.ts';
import { RequestRate } from './request-rate.ts';
import { UploadSlots } from './upload-slots.ts';

/** What bounds the clients of one service. */
export interface Limits {
  readonly failedLogins: FailedLogins;
  readonly requestRate: RequestRate;
  readonly uploadSlots: UploadSlots;
}

/** Of server/config.ts. What is left out has no limit. */
export interface LimitSettings {
  readonly maxFailedLogins: number;
  readonly maxRequestsPerMinute: number;
  readonly maxParallelUploads: number;
  readonly maxParallelUploadsPerToken: number;
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Makes the limits of one service. They count in memory: a storage has one service only, and a restart forgets them. */
export function createLimits({
  maxFailedLogins = UNLIMITED,
  maxRequestsPerMinute = UNLIMITED,
  maxParallelUploads = UNLIMITED,
  maxParallelUploadsPerToken = UNLIMITED,
}: Partial<LimitSettings> = {}): Limits {
  return {
    failedLogins: new FailedLogins(maxFailedLogins),
    requestRate: new RequestRate(maxRequestsPerMinute),
    uploadSlots: new UploadSlots({ inAll: maxParallelUploads, perToken: maxParallelUploadsPerToken }),
  };
}
