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
  /** May be empty: the metric is listed anyway. */
  readonly samples: readonly Sample[];
}

const NO_LABELS: NonNullable<Sample['labels']> = {};

/**
 * Writes metrics as Prometheus reads them, one after the other: a fleet has a hundred thousand lines, and others have their turn
 * in between.
 * @returns the text, and its media type
 */
export async function expose(metrics: readonly Metric[]): Promise<{ readonly type: string; readonly text: string }> {
  // No service needs it that no one scrapes.
  const { Registry } = await import('prom-client');
  const texts: string[] = [];
  for (const { name, help, type, samples } of metrics) {
    await nextTurn();
    // Labels that several samples share, as the same object, are written once.
    const values = samples.map(({ labels = NO_LABELS, value }) => ({ labels: NO_LABELS, sharedLabels: labels, value }));
    const registry = new Registry();
    // Its Gauge and Counter keep each sample by a hash of its labels, to change it later: that takes longer than to write it.
    const metric = { name, help, type, get: async () => ({ name, help, type, values }) };
    registry.registerMetric(metric as never);
    texts.push(await registry.metrics());
  }
  return { type: Registry.PROMETHEUS_CONTENT_TYPE, text: texts.join('\n') };
}
