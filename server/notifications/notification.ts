/** What is told to people and programs, in the words of no channel. Each channel writes it in its own way. */
export interface Notification {
  readonly kind: 'alarms' | 'digest' | 'test';
  /** One line, the verdict first: the subject of a mail. */
  readonly title: string;
  /** Plain text, each line at most a sentence or an entry of a list. An empty one stands between paragraphs. */
  readonly lines: readonly string[];
  readonly severity: 'info' | 'warning' | 'critical';
  /** When it was made. ISO 8601, UTC. */
  readonly at: string;
  /** What it is about, for channels that other programs read; none in a digest and in a test. */
  readonly alarms: readonly NotifiedAlarm[];
  /** The page of the dashboard about all of it; none without PUBLIC_URL. */
  readonly url?: string | undefined;
  /** The addresses that stand at the ends of lines: no channel may change a sign of them. */
  readonly links?: readonly string[] | undefined;
}

/** An alarm as it was when it was told. */
export interface NotifiedAlarm {
  /** Of the row in the history. */
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  /** The name of the database that it is about, if it is about one. */
  readonly database?: string | undefined;
  /** Of the run, such as the name of a host. */
  readonly source?: string | undefined;
  readonly severity: 'warning' | 'critical';
  readonly state: 'open' | 'closed' | 'reminder';
  /** When it opened. ISO 8601, UTC. */
  readonly since: string;
  /** When it closed. ISO 8601, UTC. */
  readonly until?: string | undefined;
  /** One sentence. */
  readonly summary: string;
  /** What to do. */
  readonly advice?: string | undefined;
  /** Its page of the dashboard; none without PUBLIC_URL. */
  readonly url?: string | undefined;
}

/** The addresses of the pages that messages link to. Who opens one has to sign in: nothing in it is secret. */
export interface PageLinks {
  /** An alarm, with the others of its cause. */
  alarm(id: number): string;
  /** All alarms that are open. */
  alarms(): string;
  database(name: string): string;
  /** @param group undefined: of all databases */
  fleet(group?: string | undefined): string;
}

/** @returns whether it says only that something is over */
export function isAllClear({ kind, alarms }: Notification): boolean {
  return kind === 'alarms' && alarms.length > 0 && alarms.every(({ state }) => state === 'closed');
}
