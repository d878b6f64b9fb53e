import {
  compareGenerality,
  escapePattern,
  generalityOnMariaDb,
  generalityOnMySql,
  patternTest,
} from './database-patterns.ts';
import type { Grant } from './grants.ts';

/** How the server reads the grants. */
export interface GrantRules {
  readonly flavour: 'mysql' | 'mariadb';
  /** MySQL's partial_revokes: database names are then no patterns. */
  readonly areNamesLiteral: boolean;
  /** lower_case_table_names is not 0. */
  readonly ignoresCase: boolean;
  /** MySQL joins the rights of active roles with the user's own, and then takes the patterns in an order of its own. */
  readonly hasActiveRoles: boolean;
}

/** What the user of this connection may do, according to its grants: as many as it has databases, and asked about each of them. */
export class Rights {
  readonly #global: readonly Grant[];
  readonly #ofDatabases: readonly { readonly grant: Grant; fits(database: string): boolean }[];
  readonly #ofTables: readonly Grant[];
  readonly #revoked: readonly Grant[];
  readonly #rules: GrantRules;
  /** What `#rowsFor` has found. */
  readonly #rows = new Map<string, readonly Grant[]>();

  constructor(grants: readonly Grant[], rules: GrantRules) {
    const granted = (wanted: Grant['level']) =>
      grants.filter(({ verb, level }) => verb === 'grant' && level === wanted);
    this.#rules = rules;
    this.#global = granted('global');
    this.#ofDatabases = granted('database').map(grant => ({ grant, fits: this.#testOf(grant.database) }));
    this.#ofTables = grants.filter(({ level }) => level === 'table');
    this.#revoked = grants.filter(({ verb }) => verb === 'revoke');
  }

  /** Tells whether the user has the right everywhere, without an exception for a single database. */
  everywhere(right: string): boolean {
    return this.#isGlobal(right) && !this.#revoked.some(({ rights }) => has(rights, right));
  }

  /** Tells whether the user has the right on all of a database, also on what it does not see. */
  onDatabase(right: string, database: string): boolean {
    const isRevoked = this.#revoked.some(grant => this.#same(grant.database, database) && has(grant.rights, right));
    if (this.#isGlobal(right) && !isRevoked) return true;
    return this.#rowsFor(database).some(({ rights }) => has(rights, right));
  }

  /** Tells whether the user has the right on a table or view, all of its columns. */
  onTable(right: string, database: string, table: string): boolean {
    if (this.onDatabase(right, database)) return true;
    return this.#ofTables.some(
      ({ database: of, object, rights }) => this.#same(of, database) && this.#same(object, table) && has(rights, right),
    );
  }

  /**
   * The row of the database level to which a further right has to be added. Where the only one that counts is wider than
   * the database, a new row would put it out of force, so this has to repeat its rights.
   * @param account the user's own, not one of its roles, as the grants name it
   */
  grantedRow(database: string, account: string): { pattern: string; rights: readonly string[] } {
    const row = this.#rowsFor(database).find(({ grantee }) => grantee === account);
    const own = this.#rules.areNamesLiteral ? database : escapePattern(database);
    if (!row) return { pattern: own, rights: [] };
    const isOfThisAlone = this.#same(row.database, database) || this.#same(row.database, own);
    return isOfThisAlone ? { pattern: row.database, rights: [] } : { pattern: own, rights: [...row.rights] };
  }

  #isGlobal(right: string): boolean {
    return this.#global.some(({ rights }) => has(rights, right));
  }

  /** Of the rows that fit a database only the most specific one counts, for the user and for each of its roles. */
  #rowsFor(database: string): readonly Grant[] {
    const found = this.#rows.get(database);
    if (found) return found;
    const fitting = this.#ofDatabases.filter(({ fits }) => fits(database)).map(({ grant }) => grant);
    const rows = [...Map.groupBy(fitting, ({ grantee }) => grantee).values()].map(rows => this.#mostSpecific(rows));
    this.#rows.set(database, rows);
    return rows;
  }

  /** Where the server's order leaves open which row counts, only what all of them give is sure. */
  #mostSpecific(rows: readonly Grant[]): Grant {
    const generality = this.#rules.flavour === 'mariadb' ? generalityOnMariaDb : generalityOnMySql;
    const order = (a: Grant, b: Grant) => compareGenerality(generality(a.database), generality(b.database));
    const sorted = rows.toSorted(order);
    const first = sorted[0]!;
    const equals = this.#rules.hasActiveRoles ? sorted : sorted.filter(row => order(row, first) === 0);
    return {
      ...first,
      rights: new Set([...first.rights].filter(right => equals.every(row => has(row.rights, right)))),
    };
  }

  #testOf(pattern: string): (database: string) => boolean {
    return this.#rules.areNamesLiteral ? name => this.#same(pattern, name) : patternTest(pattern, this.#rules);
  }

  #same(a: string, b: string): boolean {
    return this.#rules.ignoresCase ? a.toLowerCase() === b.toLowerCase() : a === b;
  }
}

function has(rights: ReadonlySet<string>, right: string): boolean {
  return rights.has(right) || rights.has('ALL PRIVILEGES') || rights.has('ALL');
}
