/** What in the report of a restore or a drill is told by a server, or by the dump. */
interface ToldTexts {
  readonly reason: string | null;
  readonly way_reason: string | null;
  readonly differences: readonly {
    readonly kind: string;
    readonly object: string | null;
    readonly expected: string | null;
    readonly found: string | null;
  }[];
  readonly changes: readonly {
    readonly kind: string;
    readonly object: string | null;
    readonly message: string;
    readonly count: number;
  }[];
  readonly not_tested: readonly string[];
}

/**
 * @param redact takes the passwords out of a text
 * @returns the report, as anyone may read it who reads the history of the service
 */
export function redactedReport<R extends ToldTexts>(report: R, redact: (text: string) => string) {
  const orNull = (text: string | null) => (text === null ? null : redact(text));
  return {
    ...report,
    ...{ reason: orNull(report.reason), way_reason: orNull(report.way_reason) },
    differences: report.differences.map(({ kind, object, expected, found }) => ({
      ...{ kind, object: orNull(object), expected: orNull(expected), found: orNull(found) },
    })),
    changes: report.changes.map(change => ({
      ...change,
      ...{ object: orNull(change.object), message: redact(change.message) },
    })),
    not_tested: report.not_tested.map(redact),
  };
}
