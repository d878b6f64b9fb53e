import { mostPerDay } from '../../server/configuration/backups-per-day.ts';
import { type DatabasePlan, planRetention } from '../../server/retention/rules/plan-retention.ts';
import { policyDigest, type RetentionPolicy } from '../../server/retention/rules/policy.ts';
import { isSound, newestFirst, type RetainedBackup } from '../../server/retention/rules/retained-backup.ts';
import { retained } from './arbitraries.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GRACE_MS = 3 * DAY_MS;

/** What happens to a database, one after the other. */
export type Happening =
  | { readonly kind: 'nights'; readonly count: number }
  | { readonly kind: 'bad_night'; readonly state: 'incomplete' | 'unverified' }
  | { readonly kind: 'loss' | 'accept' | 'safety_backup' | 'drill' | 'heal' | 'operator' | 'crash' }
  | { readonly kind: 'silence'; readonly days: number }
  | { readonly kind: 'late_upload'; readonly days: number }
  | { readonly kind: 'flood'; readonly count: number; readonly hoursBack: number }
  | { readonly kind: 'damage' | 'pin' | 'unpin' | 'forget'; readonly which: number }
  | { readonly kind: 'policy'; readonly policy: RetentionPolicy }
  | { readonly kind: 'clock'; readonly hours: number };

/** What was removed, with what was there then. */
export interface Removed {
  readonly backup: RetainedBackup;
  readonly why: string;
  /** How many sound backups stayed. */
  readonly soundLeft: number;
  readonly wasForged: boolean;
  /** What the plan of the removal would have been without the forged ones. */
  readonly wouldStayWithoutForged: boolean;
}

/**
 * One database and its retention over months, with all stores in memory: what the job, the operator and the removal do with the plans
 * is done here by the same functions. Damage may appear between a plan and the removal.
 */
export class SimulatedDatabase {
  readonly removed: Removed[] = [];
  readonly forged = new Set<number>();
  backups: RetainedBackup[] = [];
  /** In milliseconds since 1970. */
  #now: number;
  /** How many backups a day its contract asks for. */
  readonly #perDay: number;
  #policy: RetentionPolicy;
  #digest: string;
  #acceptedUntil: Date | null = null;
  #nextId = 1;
  #why = new Map<number, { why: string; dueAt: number }>();
  /** Whether the process dies before it does what comes next: half of a plan was scheduled then. */
  #crashes = false;

  constructor(policy: RetentionPolicy, { start = Date.UTC(2026, 2, 1), perDay = 1 } = {}) {
    this.#now = start;
    this.#perDay = perDay;
    this.#policy = policy;
    this.#digest = policyDigest(policy);
  }

  /** Lets something happen, and the jobs of the next hours run. */
  happen(event: Happening): void {
    switch (event.kind) {
      case 'nights':
        for (let night = 0; night < event.count; night++) this.#pass(1, {});
        break;
      case 'bad_night':
        this.#pass(1, { state: event.state });
        break;
      case 'loss':
        this.#pass(1, { shrunkFrom: newestFirst(this.backups).find(isSound)?.fileName ?? null });
        break;
      case 'accept':
        this.#change(({ shrunkFrom }) => shrunkFrom !== null, { acceptedAt: new Date(this.#now) });
        break;
      case 'silence':
        for (let day = 0; day < event.days; day++) this.#pass(1, undefined);
        break;
      case 'late_upload':
        this.#add({ takenAt: new Date(this.#now - event.days * DAY_MS), receivedAt: new Date(this.#now) });
        break;
      case 'safety_backup':
        this.#add({ madeFor: 'restore' });
        break;
      case 'flood':
        this.#flood(event);
        break;
      case 'drill':
        this.#change(isSound, { isProven: true });
        break;
      case 'damage':
        this.#changeOne(event.which, { damage: 'its bytes have changed' });
        break;
      case 'heal':
        this.backups = this.backups.map(backup => ({ ...backup, damage: null }));
        break;
      case 'pin':
        this.#changeOne(event.which, { pins: [{ kind: 'pin', reason: 'why', endsAt: null }] });
        break;
      case 'unpin':
        this.#changeOne(event.which, { pins: [] });
        break;
      case 'forget':
        this.#changeOne(event.which, { goesBy: 'person' });
        break;
      case 'policy':
        this.#policy = event.policy;
        break;
      case 'operator':
        this.#schedule(this.plan(), { isOperator: true });
        break;
      case 'crash':
        this.#crashes = true;
        break;
      case 'clock':
        this.#now += event.hours * HOUR_MS;
        break;
    }
    this.#runJobs();
  }

  /** @returns the plan of now @param without leaves these out */
  plan(without: ReadonlySet<number> = new Set()): DatabasePlan {
    const backups = this.backups.filter(({ id }) => !without.has(id));
    const newest = Math.max(0, ...backups.filter(({ state }) => state === 'complete').map(b => b.receivedAt.getTime()));
    return planRetention({
      database: 'simulated',
      backups,
      policy: this.#policy,
      now: new Date(this.#now),
      lateness: this.#now - newest > DAY_MS / this.#perDay + 2 * HOUR_MS ? 'it is late' : undefined,
      isPolicyNew: policyDigest(this.#policy) !== this.#digest,
      receiptsAcceptedUntil: this.#acceptedUntil,
      perDay: this.#perDay,
      mostPerDay: mostPerDay(this.#perDay),
    });
  }

  /** A day goes by, with its backups, the last of them at its end as wished; or without any. */
  #pass(days: number, wish: Partial<RetainedBackup> | undefined): void {
    for (let left = days * this.#perDay; left > 0; left--) {
      this.#now += DAY_MS / this.#perDay;
      if (wish) this.#add(left === 1 ? wish : {});
    }
    this.#runJobs();
  }

  #add(wish: Partial<RetainedBackup>): number {
    const id = this.#nextId++;
    this.backups.push(retained({ id, takenAt: new Date(this.#now), receivedAt: new Date(this.#now), ...wish }));
    return id;
  }

  /** Someone with a stolen token uploads many at once, with names of the last days. */
  #flood({ count, hoursBack }: { count: number; hoursBack: number }): void {
    for (let sent = 0; sent < count; sent++) {
      const takenAt = new Date(this.#now - (hoursBack * HOUR_MS * sent) / count);
      this.forged.add(this.#add({ takenAt, receivedAt: new Date(this.#now + sent) }));
    }
  }

  #change(is: (backup: RetainedBackup) => boolean, change: Partial<RetainedBackup>): void {
    const chosen = newestFirst(this.backups).find(backup => is(backup) && !this.forged.has(backup.id));
    this.backups = this.backups.map(backup => (backup === chosen ? { ...backup, ...change } : backup));
  }

  #changeOne(which: number, change: Partial<RetainedBackup>): void {
    const chosen = newestFirst(this.backups)[which % Math.max(1, this.backups.length)];
    this.backups = this.backups.map(backup => (backup === chosen ? { ...backup, ...change } : backup));
  }

  /** What the retention and the removal do: the removal first, so that a plan of before meets what has happened since. */
  #runJobs(): void {
    this.#removeDue();
    const plan = this.plan();
    if (plan.waits.length === 0) this.#schedule(plan, { isOperator: false });
  }

  #schedule(plan: DatabasePlan, { isOperator }: { isOperator: boolean }): void {
    const few = this.#crashes ? Math.floor(plan.goes.length / 2) : plan.goes.length;
    const going = new Map(plan.goes.slice(0, few).map(({ backup, why }) => [backup.id, why]));
    for (const [id, why] of going) this.#why.set(id, { why, dueAt: this.#now + GRACE_MS });
    const back = new Set(plan.stayAgain.map(({ backup }) => backup.id));
    this.backups = this.backups.map(backup => {
      if (going.has(backup.id)) return { ...backup, goesBy: 'retention' };
      return back.has(backup.id) ? { ...backup, goesBy: null } : backup;
    });
    const hasCrashed = this.#crashes;
    this.#crashes = false;
    if (hasCrashed) return;
    this.#digest = policyDigest(plan.policy);
    if (isOperator) this.#acceptedUntil = new Date(this.#now + 1_000);
  }

  /** All that is due is asked about with one plan, as the removal does. */
  #removeDue(): void {
    const isDue = ({ id, goesBy }: RetainedBackup) =>
      goesBy === 'retention' && (this.#why.get(id)?.dueAt ?? Number.POSITIVE_INFINITY) <= this.#now;
    const dueBackups = this.backups.filter(isDue);
    if (dueBackups.length === 0) return;
    const plan = this.plan();
    const withoutForged = this.forged.size > 0 ? this.plan(this.forged) : plan;
    for (const { id } of dueBackups) {
      const due = this.#why.get(id)!;
      const decision = plan.decisions.find(({ backup }) => backup.id === id)!;
      const isWaiting = plan.waits.some(({ kind }) => kind !== 'large_plan');
      if (decision.isKept || plan.holds.length > 0 || isWaiting) {
        this.backups = this.backups.map(backup => (backup.id === id ? { ...backup, goesBy: null } : backup));
        continue;
      }
      const honest = this.forged.has(id) ? undefined : withoutForged.decisions.find(d => d.backup.id === id);
      this.backups = this.backups.filter(backup => backup.id !== id);
      this.removed.push({
        backup: decision.backup,
        why: due.why,
        soundLeft: this.backups.filter(backup => isSound(backup) && backup.goesBy !== 'person').length,
        wasForged: this.forged.has(id),
        wouldStayWithoutForged: honest?.isKept === true && honest.reason !== 'held',
      });
    }
  }
}
