import type { Metric } from './exposition.ts';

/** A request that has its answer. */
export interface AnsweredRequest {
  readonly method: string;
  /** The pattern of its route, such as `/:db_name`; undefined where it got to none. */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);

/** Counts requests since the service started. Clients choose none of its labels: there are as many as routes and statuses. */
export class RequestCounter {
  readonly #counts = new Map<
    string,
    { method: string; route: string; status: string; count: number; seconds: number }
  >();

  add({ method, route = 'none', status, seconds }: AnsweredRequest): void {
    const known = METHODS.has(method) ? method : 'other';
    const key = `${known} ${route} ${status}`;
    const counted = this.#counts.get(key) ?? { method: known, route, status: `${status}`, count: 0, seconds: 0 };
    counted.count++;
    counted.seconds += seconds;
    this.#counts.set(key, counted);
  }

  metrics(): Metric[] {
    const all = [...this.#counts.values()].map(({ method, route, status, ...sums }) => ({
      labels: { method, route, status },
      ...sums,
    }));
    return [
      {
        name: 'lumbung_http_requests_total',
        help: 'Requests that were answered, by the pattern of their route (none: refused before) and their status',
        type: 'counter',
        samples: all.map(({ labels, count }) => ({ labels, value: count })),
      },
      {
        name: 'lumbung_http_request_duration_seconds_total',
        help: 'How long these requests took together, from their headers to the end of their answer',
        type: 'counter',
        samples: all.map(({ labels, seconds }) => ({ labels, value: seconds })),
      },
    ];
  }
}
