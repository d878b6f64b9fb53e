/** A program and its version. */
export interface Program {
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
}

const MAX_VERSION = 128;
const FIRST_WITH_DOLLARS = 9;

/** What a dump says of where it comes from: the comments of its header, and the statements that mysqldump puts in front. */
export class DumpHeader {
  server: Program | null = null;
  client: Program | null = null;
  characterSet: string | null = null;
  binlog: { readonly file: string; readonly position: number } | null = null;
  gtid: string | null = null;
  /** The database that was dumped. */
  database: string | null = null;

  /** Whose server and client will restore it. */
  get flavour(): 'mysql' | 'mariadb' {
    return (this.server ?? this.client)?.flavour ?? 'mariadb';
  }

  /** Whether it was made of a server that knows strings between dollars: MySQL since 9. */
  get quotesInDollars(): boolean {
    const maker = this.server ?? this.client;
    return maker?.flavour === 'mysql' && Number.parseInt(maker.version, 10) >= FIRST_WITH_DOLLARS;
  }

  /** @param text of a comment outside of any statement, with its opener */
  readComment(text: string): void {
    const server = /^-- Server version[ \t]+(\S.*)/.exec(text);
    if (server) this.server ??= program(server[1]!.trim(), text);
    const client = /^-- (?:MySQL|MariaDB) dump \S*?(?:-| +Distrib )(\d[^\s,]*),/.exec(text);
    if (client) this.client ??= program(client[1]!, text);
    this.database ??= /^-- Host: .*? {4}Database: (.+)$/.exec(text.trimEnd())?.[1] ?? null;
    const statement = /^(?:-- |\/\* )((?:CHANGE|SET) .*)$/s.exec(text);
    if (statement) this.readStatement(statement[1]!);
  }

  /** @param code of a SET or CHANGE statement */
  readStatement(code: string): void {
    this.characterSet ??= /^SET\s+NAMES\s+'?(\w{1,64})/i.exec(code)?.[1] ?? null;
    this.gtid ??= gtidIn(code);
    this.binlog ??= binlogIn(code);
  }
}

/** MySQL: `SET @@GLOBAL.GTID_PURGED=/*!80000 '+'* / '…'`, where `+` means: in addition to. MariaDB: `SET GLOBAL gtid_slave_pos='…'`. */
function gtidIn(code: string): string | null {
  const set = /^SET\s+(?:@@)?GLOBAL[.\s]\s*gtid_(?:purged|slave_pos)\s*=\s*(?:\/\*!\d+ '\+'\*\/\s*)?'\+?([^']*)'/i.exec(
    code,
  );
  return set?.[1]?.replace(/\s+/g, '') || null;
}

/** CHANGE MASTER TO MASTER_LOG_FILE='…', MASTER_LOG_POS=…; since MySQL 8.0.23 with SOURCE for MASTER. */
function binlogIn(code: string): { file: string; position: number } | null {
  if (!/^CHANGE\s+(?:MASTER|REPLICATION\s+SOURCE)\b/i.test(code)) return null;
  const file = /\b(?:MASTER|SOURCE)_LOG_FILE\s*=\s*'([^']{1,512})'/i.exec(code)?.[1];
  const position = Number(/\b(?:MASTER|SOURCE)_LOG_POS\s*=\s*(\d+)/i.exec(code)?.[1]);
  return file !== undefined && Number.isSafeInteger(position) ? { file, position } : null;
}

/** MariaDB of old called its program MySQL, but never hid its own name in the version. */
function program(version: string, line: string): Program {
  return { flavour: /mariadb/i.test(line) ? 'mariadb' : 'mysql', version: version.slice(0, MAX_VERSION) };
}
