import type { ChannelTests } from './channel-tests.ts';
import type { Delivery } from './delivery.ts';
import type { Heartbeat } from './heartbeat.ts';

/** What tells people and programs of what the service has found. */
export interface Notifications {
  readonly delivery: Delivery;
  readonly heartbeat: Heartbeat;
  /** Tries channels beside their outboxes. */
  readonly tests: ChannelTests;
}
