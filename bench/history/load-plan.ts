/** Something that is asked by HTTP: a POST of JSON when it has a body, else a GET. */
export interface Ask {
  readonly path: string;
  readonly body?: string;
}

/** What the load clients do; goes to their process as JSON. */
export interface LoadPlan {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** In rotation. */
  readonly asks: readonly Ask[];
  /** Shown with each. */
  readonly token?: string | undefined;
  /** Where in each answer the list stands, and how long it must be. */
  readonly list: readonly string[];
  readonly length: number;
  /** Where answers are no JSON: what each of them contains. Then no list is looked for. */
  readonly text?: string | undefined;
  readonly clients: number;
  /** Until then questions are sent; the last answers are waited for. */
  readonly seconds: number;
  /** Whether clients ask before the clock runs, too, so that connections are open, here and to the store. */
  readonly warmsUp: boolean;
}

/** What the load clients saw; printed as JSON. */
export interface LoadReport {
  /** Of one answer: all the time, divided by their number. */
  readonly wallSeconds: number;
  /** 0, for `measure`: only the servers' CPU time counts, not the clients'. */
  readonly cpuSeconds: 0;
  /** Answers before the clock ran. */
  readonly warmUps: number;
  readonly answers: number;
  /** From a question to the last byte of its answer, in milliseconds: half and 95 % of the answers took no longer. */
  readonly p50: number;
  readonly p95: number;
  /** Of one answer, the largest. */
  readonly bytes: number;
}
