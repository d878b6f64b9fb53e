import {
  type FromNode,
  type JoinNode,
  MysqlQueryCompiler,
  type OperationNode,
  ParensNode,
  type QueryId,
  type RootOperationNode,
  type SelectionNode,
  type SelectQueryNode,
  SetOperationNode,
} from 'kysely';

/** The text of a part of a query, and the values in it. */
interface Part {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Parts that have been compiled: a part of a constant is there again in each query that is built of it. */
const parts = new WeakMap<OperationNode, Part | 'once'>();

/**
 * Compiles for MySQL, but what it has compiled twice it remembers: columns, tables, joins, subqueries. Most of a query is
 * constant, and to compile it takes as long as SQLite needs to run it.
 */
export class RememberingCompiler extends MysqlQueryCompiler {
  #values: unknown[] = [];

  override compileQuery(node: RootOperationNode, queryId: QueryId) {
    this.#values = [];
    return super.compileQuery(node, queryId);
  }

  protected override addParameter(value: unknown): void {
    this.#values.push(value);
    super.addParameter(value);
  }

  protected override visitSelection(node: SelectionNode): void {
    this.#remembered(node, () => super.visitSelection(node));
  }

  protected override visitFrom(node: FromNode): void {
    this.#remembered(node, () => super.visitFrom(node));
  }

  protected override visitJoin(node: JoinNode): void {
    this.#remembered(node, () => super.visitJoin(node));
  }

  /** Kysely puts a subquery into parentheses, unless its parent has some or needs none. */
  protected override visitSelectQuery(node: SelectQueryNode): void {
    const { parentNode } = this;
    if (!parentNode || ParensNode.is(parentNode) || SetOperationNode.is(parentNode)) super.visitSelectQuery(node);
    else this.#remembered(node, () => super.visitSelectQuery(node));
  }

  #remembered(node: OperationNode, compile: () => void): void {
    const known = parts.get(node);
    if (known && known !== 'once') {
      this.append(known.sql);
      for (const value of known.values) this.addParameter(value);
      return;
    }
    const [sqlBefore, valuesBefore] = [this.getSql().length, this.#values.length];
    compile();
    parts.set(node, known ? { sql: this.getSql().slice(sqlBefore), values: this.#values.slice(valuesBefore) } : 'once');
  }
}
