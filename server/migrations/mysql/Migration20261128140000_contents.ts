import { Migration } from '@mikro-orm/migrations';

/** How much is in a backup, and what was found of it, for the lists: they read no manifest and no findings. */
export class Migration20261128140000_contents extends Migration {
  override up(): void {
    this.addSql(`
      alter table \`backups\`
        add \`dump_rows\` bigint null,
        add \`table_count\` int null,
        add \`finding_count\` int not null default 0,
        add \`worst_finding\` varchar(64) null`);
    this.addSql(`
      update \`backups\` set
        \`dump_rows\` = json_extract(\`manifest\`, '$.dump.rows'),
        \`table_count\` = json_length(\`manifest\`, '$.inventory.tables')
      where \`id\` > 0 and json_valid(\`manifest\`)`);
    this.addSql(`
      update \`backups\` set
        \`finding_count\` = json_length(\`findings\`),
        \`worst_finding\` = coalesce(
          ${codeWhere('code', 'SHRUNK')}, ${codeWhere('code', 'DUMP_EMPTIED')}, ${codeWhere('severity', 'incomplete')},
          ${codeWhere('severity', 'unverified')}, ${codeWhere('severity', 'warning')})
      where \`id\` > 0 and json_valid(\`findings\`)`);
  }

  override down(): void {
    for (const column of ['worst_finding', 'finding_count', 'table_count', 'dump_rows'])
      this.addSql(`alter table \`backups\` drop column \`${column}\``);
  }
}

/** @returns an expression: the code of the first finding of which that is so, or null */
function codeWhere(key: 'code' | 'severity', value: string): string {
  const path = `json_unquote(json_search(\`findings\`, 'one', '${value}', null, '$[*].${key}'))`;
  return `json_unquote(json_extract(\`findings\`, replace(${path}, '.${key}', '.code')))`;
}
