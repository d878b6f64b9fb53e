import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StageName } from '../../cli/report/outcome.ts';
import type { RunReportJson } from '../../cli/report/run-report.ts';
import { isLoss } from '../../protocol/finding.ts';
import type { FindingCode } from '../../protocol/finding-codes.ts';
import type { BackupSummary, DatabaseHistory, DatabaseList, StoredState } from '../../protocol/responses.ts';
import type { MariaDb } from '../databases/mariadb.ts';
import { type Proof, proveRestorable } from '../databases/prove-restorable.ts';
import type { ServiceHere } from '../service/service-here.ts';
import { type SadeResult, startSade, Workplace } from './sade.ts';

/** A run of `sade backup`, and how it ended for the one database that it was about. */
export interface Run extends SadeResult {
  readonly report: RunReportJson;
  readonly outcome: RunReportJson['outcomes'][number];
}

interface Circumstances {
  readonly mariadb: MariaDb;
  readonly service: Pick<ServiceHere, 'url' | 'output'>;
  /** The service's folder. */
  readonly storage: string;
  readonly database: string;
  readonly label: string;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** One database with a label of its own, and all that can be seen of its backups afterwards. */
export class FaultTrial implements AsyncDisposable {
  readonly label: string;
  readonly place: Workplace;
  readonly #circumstances: Circumstances;

  private constructor(circumstances: Circumstances, place: Workplace) {
    this.label = circumstances.label;
    this.place = place;
    this.#circumstances = circumstances;
  }

  static async create(circumstances: Circumstances): Promise<FaultTrial> {
    return new FaultTrial(circumstances, await Workplace.create([circumstances.entry]));
  }

  get entry(): Readonly<Record<string, unknown>> {
    return this.#circumstances.entry;
  }

  get url(): string {
    return this.#circumstances.service.url;
  }

  /** Runs a backup, into the service unless `server` is another address. */
  async backup(more: string[] = [], server = this.url): Promise<Run> {
    const result = await this.place.backup(server, more);
    const outcome = result.report.outcomes.find(({ is_leftover }) => !is_leftover);
    if (!outcome) throw new Error(`the run reports nothing about ${this.label}: ${result.stderr}`);
    return { ...result, outcome };
  }

  /** Starts a backup that the test will end. */
  start(more: string[] = [], server = this.url): ReturnType<typeof startSade> {
    return startSade(this.place.args(server, ...more));
  }

  /** @returns dumps, zips, manifests and unfinished files in the work folder, sorted, without the reports of runs that wait there */
  async spooled(): Promise<string[]> {
    const names = await readdir(this.place.workDir).catch(() => []);
    return names.filter(name => !/^(?:run\.|last-run\.json|unsent-reports$)/.test(name)).sort();
  }

  /** @returns all that the service's folder holds of this database, sorted */
  async stored(): Promise<string[]> {
    return (await readdir(join(this.#circumstances.storage, this.label)).catch(() => [])).sort();
  }

  /** @returns the path of the only zip that the service keeps of this database */
  async storedZip(): Promise<string> {
    const [zip] = (await this.stored()).filter(name => name.endsWith('.zip'));
    return join(this.#circumstances.storage, this.label, zip!);
  }

  /** @returns what both listings say of this database's backups, newest first */
  async listed(): Promise<BackupSummary[]> {
    const list = (await (await fetch(this.url)).json()) as DatabaseList;
    const latest = list.data.find(({ database_name }) => database_name === this.label)?.latest_backup;
    const answer = await fetch(`${this.url}/${this.label}`);
    const histories = answer.status === 404 ? [] : ((await answer.json()) as DatabaseHistory).data.histories;
    expect(latest, 'what GET / lists').to.deep.equal(histories[0]);
    return histories;
  }

  /** The run says that no backup was made, why, and what to do; and the service has no backup, whole or half. */
  async expectFailed(run: Run, { stage, says, waits = false }: ExpectedFailure): Promise<void> {
    const { outcome, code, stderr } = run;
    const { failure } = outcome;
    expect({ code, state: outcome.state }, stderr).to.deep.equal({ code: 2, state: 'failed' });
    expect(failure!.stage, stderr).to.be.oneOf([stage].flat());
    expect(failure!.message).to.match(says);
    expect(failure!.advice, 'what to do').to.be.a('string').and.match(/\w/);
    expect(stderr).to.contain(`\nFAILED 1\n  ${this.label}: `).and.contain('1 of 1 database needs attention (0 ok)');
    expect(unwrapped(stderr))
      .to.contain(unwrapped(failure!.message.slice(0, 200)).trimEnd())
      .and.contain(unwrapped(failure!.advice!));
    expect(stderr).not.to.contain(this.entry.db_password as string);
    await this.expectNothingStored();
    const { file_name } = outcome;
    expect(await this.spooled(), 'in the work folder').to.deep.equal(waits ? [file_name, `${file_name}.json`] : []);
  }

  /** Neither the listings nor the service's folder know anything of this database. */
  async expectNothingStored(): Promise<void> {
    expect(await this.listed(), 'what is listed').to.deep.equal([]);
    expect(await this.stored(), "in the service's folder").to.deep.equal([]);
  }

  /** The run says that the backup is kept, but not complete, and why; the service says the same. */
  async expectIncomplete(run: Run, codes: readonly FindingCode[]): Promise<void> {
    expect({ code: run.code, state: run.outcome.state }, run.stderr).to.deep.equal({ code: 1, state: 'incomplete' });
    expect(run.stderr)
      .to.match(new RegExp(`\nINCOMPLETE 1(?: \\(also above: .*\\))?\n  ${this.label}: `))
      .and.contain('1 of 1 database needs attention');
    await this.#expectKept(run, 'incomplete', codes);
  }

  /** The run ended well, has nothing to tell but these warnings, and the backup restores to what the source holds. */
  async expectComplete(run: Run, warnings: readonly FindingCode[] = []): Promise<Proof> {
    expect({ code: run.code, state: run.outcome.state }, run.stderr).to.deep.equal({ code: 0, state: 'complete' });
    await this.#expectKept(run, 'complete', warnings);
    return this.proveRestorable();
  }

  /** The backup is whole, but the run exits with 1 and says what was lost, what still has it and what to do; so does the service. */
  async expectShrunk(run: Run, loss: string): Promise<Proof> {
    const lost = loss.replace(/[()]/g, '\\$&');
    const { code, outcome, stderr } = run;
    expect({ code, state: outcome.state }, stderr).to.deep.equal({ code: 1, state: 'complete' });
    const { reference, message } = outcome.loss!;
    expect(message).to.match(new RegExp(`^lost since backup ${reference.id} .*: ${lost}$`));
    expect(stderr).to.contain('1 of 1 database needs attention (0 ok)').and.contain('\nSHRUNK 1\n');
    expect(unwrapped(stderr)).to.match(
      new RegExp(`${this.label}: lost ${lost}\\. Backup ${reference.id} \\(.*?\\) still has what was lost\\.`),
    );
    expect(stderr)
      .to.contain(`sade restore ${this.label} --into ${this.label}_restored --at ${reference.id}\n`)
      .and.contain(`sade accept ${outcome.backup_id} --reason 'why'`);
    await this.#expectKept(run, 'complete', ['SHRUNK']);
    expect((await this.listed())[0]).to.include({ id: outcome.backup_id, loss: 'unaccepted' });
    return this.proveRestorable();
  }

  /** Restores the latest backup beside its source, and compares the two. */
  async proveRestorable(): Promise<Proof> {
    const { mariadb, database } = this.#circumstances;
    const [latest_backup] = await this.listed();
    const backup = { database_name: database, latest_backup: latest_backup! };
    return proveRestorable({ mariadb, service: this.url, backup, folder: this.place.folder });
  }

  async #expectKept({ outcome, stderr }: Run, state: StoredState, codes: readonly FindingCode[]): Promise<void> {
    expect(
      outcome.findings.map(({ code }) => code),
      stderr,
    ).to.have.members(codes);
    for (const { code, message, severity, advice } of outcome.findings) {
      expect(unwrapped(stderr)).to.contain(
        isLoss(code) ? message.split(' UTC)').at(-1)!.replace(/^: /, '') : unwrapped(`${message} (${code})`),
      );
      if (severity === 'incomplete') expect(advice, `what to do about ${code}`).to.be.a('string').and.match(/\w/);
    }
    const [latest] = await this.listed();
    expect(latest).to.include({ id: outcome.backup_id, file_name: outcome.file_name, state });
    expect(await this.spooled(), 'in the work folder').to.deep.equal([]);
    expect(await this.stored(), "in the service's folder").to.deep.equal(
      (await this.listed()).flatMap(({ file_name }) => [file_name, `${file_name}.json`]).sort(),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.place[Symbol.asyncDispose]();
  }
}

/** @returns a mail in which no line ends where it has no more room, and no column does */
export function unwrapped(text: string): string {
  return text.replace(/\s+(?:\| +)?/g, ' ');
}

interface ExpectedFailure {
  /** More than one where two work at the same time, and it can be either. */
  readonly stage: StageName | readonly StageName[];
  /** The sentence that says what failed. */
  readonly says: RegExp;
  /** Whether the zip waits in the work folder for the next run. */
  readonly waits?: boolean;
}
