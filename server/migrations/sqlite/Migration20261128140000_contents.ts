import { Migration } from '@mikro-orm/migrations';

const COLUMNS = [
  '`dump_rows` bigint null',
  '`table_count` integer null',
  '`finding_count` integer not null default 0',
  '`worst_finding` text null',
];

/** How much is in a backup, and what was found of it, for the lists: they read no manifest and no findings. */
export class Migration20261128140000_contents extends Migration {
  override up(): void {
    for (const column of COLUMNS) this.addSql(`alter table \`backups\` add column ${column}`);
    this.addSql(`
      update \`backups\` set
        \`dump_rows\` = json_extract(\`manifest\`, '$.dump.rows'),
        \`table_count\` = json_array_length(\`manifest\`, '$.inventory.tables')
      where json_valid(\`manifest\`)`);
    this.addSql(`
      update \`backups\` set
        \`finding_count\` = json_array_length(\`findings\`),
        \`worst_finding\` = (
          select json_extract(f.value, '$.code') from json_each(\`findings\`) f
          order by case
            when json_extract(f.value, '$.code') in ('SHRUNK', 'DUMP_EMPTIED') then 0
            else instr('incomplete unverified warning', json_extract(f.value, '$.severity')) end, f.key
          limit 1)
      where json_valid(\`findings\`)`);
  }

  override down(): void {
    for (const column of COLUMNS.toReversed())
      this.addSql(`alter table \`backups\` drop column ${column.split(' ', 1)[0]}`);
  }
}
