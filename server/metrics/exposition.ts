import { nextTurn } from '../process/turns.ts';

/** One figure, with the labels that tell it from the others of its metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric, and all that is known of it now. */
export interface Metric {
  /** With its unit: `_seconds` and `_bytes`, and `_total` where it only grows. */
  readonly name: string;
  /** One sentence without a full stop. */
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** May be empty: the metric is listed all the same. */
  readonly samples: readonly Sample[];
}

/**
 * Writes metrics as Prometheus reads them, one after the other: a fleet has a hundred thousand lines, and others have their turn
 * in between.
 * @returns the text, and its media type
 */
export async function expose(metrics: readonly Metric[]): Promise<{ readonly type: string; readonly text: string }> {
  // No service needs it that no one scrapes.
  const { Counter, Gauge, Registry } = await import('prom-client');
  const texts: string[] = [];
  for (const { name, help, type, samples } of metrics) {
    await nextTurn();
    const registry = new Registry();
    const labelNames = Object.keys(samples[0]?.labels ?? {});
    const settings = { name, help, labelNames, registers: [registry] };
    const metric = type === 'counter' ? new Counter(settings) : new Gauge(settings);
    // prom-client begins a metric without labels at 0: what is not known must not look like that.
    if (labelNames.length === 0) metric.remove();
    for (const { labels = {}, value } of samples) metric.inc(labels, value);
    texts.push(await registry.metrics());
  }
  return { type: Registry.PROMETHEUS_CONTENT_TYPE, text: texts.join('\n') };
}
