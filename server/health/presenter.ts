import type { ServiceStatus } from '../../protocol/responses.ts';
import type { ConfigurationState } from '../configuration/reading/configuration-file.ts';
import type { JobState } from '../jobs/scheduler.ts';
import type { NamedChannelState } from '../notifications/delivery.ts';
import type { HeartbeatState } from '../notifications/heartbeat.ts';

type Status = ServiceStatus['data'];

/** @param showsMistakes whether the reader may see what the file says of all databases; how many mistakes there are all may see */
export function presentConfiguration(
  { loadedAt, refusedAt, mistakes }: ConfigurationState,
  { showsMistakes }: { readonly showsMistakes: boolean },
): Status['configuration'] {
  return {
    loaded_at: loadedAt.toISOString(),
    refused_at: refusedAt?.toISOString() ?? null,
    mistake_count: mistakes.length,
    mistakes: showsMistakes ? [...mistakes] : [],
  };
}

/** @param showsErrors whether the reader may see what an error says; that there was one all may see */
export function presentJobs(
  jobs: readonly JobState[],
  { showsErrors }: { readonly showsErrors: boolean },
): Status['jobs'] {
  return jobs.map(({ name, isRunning, lastStartedAt, lastEndedAt, lastError, nextAt }) => ({
    name,
    state: isRunning ? 'running' : 'idle',
    last_started_at: lastStartedAt?.toISOString() ?? null,
    last_ended_at: lastEndedAt?.toISOString() ?? null,
    last_error: lastError === null || showsErrors ? lastError : 'It failed: a token for all databases sees why',
    next_at: nextAt?.toISOString() ?? null,
  }));
}

export function presentChannels(states: readonly NamedChannelState[]): Status['channels'] {
  return states.map(({ name, type, lastDeliveredAt, failingSince, lastError, waiting }) => ({
    name,
    type,
    last_delivered_at: lastDeliveredAt?.toISOString() ?? null,
    failing_since: failingSince?.toISOString() ?? null,
    last_error: lastError,
    waiting,
  }));
}

/** @param showsError whether the reader may see what went wrong; that something did all may see */
export function presentHeartbeat(
  state: HeartbeatState | undefined,
  { showsError }: { readonly showsError: boolean },
): Status['heartbeat'] {
  if (!state) return null;
  const { lastPingAt, lastError } = state;
  return {
    last_ping_at: lastPingAt?.toISOString() ?? null,
    last_error: lastError === null || showsError ? lastError : 'It failed: a token for all databases sees why',
  };
}
