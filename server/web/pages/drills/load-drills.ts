import { reportsById } from '../../../drills/last-drills.ts';
import type { DatabaseProof, Standing } from '../../../drills/list-proofs.ts';
import { listProofs, STANDINGS } from '../../../drills/list-proofs.ts';
import { type RestoreTime, restoreTimes } from '../../../drills/restore-times.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import { type ListedReport, searchReports } from '../../../reports/search-reports.ts';
import { type NotTested, notTested } from './not-tested.ts';

/** What the page of the drills shows. */
export interface DrillsShown {
  /** Undefined for all. */
  readonly standing: Standing | undefined;
  readonly counts: Readonly<Record<Standing, number>>;
  readonly databases: number;
  /** All whose newest drill that could test showed that it is not restorable, each with that drill; and how many more there are. */
  readonly failed: readonly ProofShown[];
  readonly moreFailed: number;
  readonly page: readonly ProofShown[];
  readonly pageNumber: number;
  readonly pages: number;
  readonly times: readonly RestoreTime[];
  readonly notTested: readonly NotTested[];
  /** The newest ones. */
  readonly drills: readonly ListedReport[];
  readonly restores: readonly ListedReport[];
}

/** A database, with the reports of its newest drills. */
export interface ProofShown extends DatabaseProof {
  readonly proofReport: ListedReport | undefined;
  readonly lastReport: ListedReport | undefined;
}

/** How long a proof is good for, as `sade drill` has it without `--window`. */
export const WINDOW_DAYS = 30;

export const [DATABASES_A_PAGE, MOST_FAILED, MOST_REPORTS] = [50, 20, 20];

export async function loadDrills(reading: Reading, query: URLSearchParams, now: Date): Promise<DrillsShown> {
  const proofs = await listProofs(reading, new Date(now.getTime() - WINDOW_DAYS * 86_400_000));
  const standing = STANDINGS.find(one => one === query.get('standing'));
  const wanted = standing === undefined ? proofs : proofs.filter(proof => proof.standing === standing);
  const pages = Math.max(1, Math.ceil(wanted.length / DATABASES_A_PAGE));
  const pageNumber = Math.min(pages, numberIn(query.get('page')));
  const page = wanted.slice((pageNumber - 1) * DATABASES_A_PAGE, pageNumber * DATABASES_A_PAGE);
  const failed = proofs.filter(proof => proof.standing === 'failed');
  const shown = await withReports(reading, [...failed.slice(0, MOST_FAILED), ...page]);
  const failedShown = Math.min(failed.length, MOST_FAILED);
  const drills = await searchReports(reading, { kind: 'drill' }, { limit: MOST_REPORTS });
  return {
    ...{ standing, pages, pageNumber, drills, databases: proofs.length },
    counts: countsOf(proofs),
    failed: shown.slice(0, failedShown),
    moreFailed: failed.length - failedShown,
    page: shown.slice(failedShown),
    times: await restoreTimes(reading),
    notTested: await notTested(reading, drills),
    restores: await searchReports(reading, { kind: 'restore' }, { limit: MOST_REPORTS }),
  };
}

async function withReports({ em }: Reading, proofs: readonly DatabaseProof[]): Promise<ProofShown[]> {
  const reports = await reportsById(
    em,
    proofs.flatMap(({ proof, last }) => [proof?.id ?? null, last?.id ?? null]),
  );
  return proofs.map(proof => ({
    ...proof,
    proofReport: reports.get(proof.proof?.id ?? 0),
    lastReport: reports.get(proof.last?.id ?? 0),
  }));
}

function countsOf(proofs: readonly DatabaseProof[]): Record<Standing, number> {
  const groups = Map.groupBy(proofs, ({ standing }) => standing);
  const of = (standing: Standing) => groups.get(standing)?.length ?? 0;
  return {
    ...{ failed: of('failed'), could_not_test: of('could_not_test'), never: of('never') },
    ...{ old: of('old'), proven: of('proven') },
  };
}

function numberIn(text: string | null): number {
  const number = Number(text ?? 1);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
}
