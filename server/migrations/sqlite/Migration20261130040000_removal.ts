import { Migration } from '@mikro-orm/migrations';

const COLUMNS = [
  '`removal_due` datetime null',
  '`removed_at` datetime null',
  '`removed_by` text null',
  '`removed_for` text null',
  '`removal_kind` text null',
];

/** Each holds all that a sum over it reads. */
const WIDER = {
  backups_by_time: ['sorted_at', 'id', 'database_id', 'state', 'damage', 'size', 'dump_size'],
  backups_by_database_and_size: ['database_id', 'size', 'id'],
};

const ADDED = {
  backups_by_presence: ['database_id', 'removed_at', 'sorted_at', 'id'],
  backups_by_removal: ['removal_due', 'id'],
};

/** How a backup goes, and what keeps it. */
export class Migration20261130040000_removal extends Migration {
  override up(): void {
    for (const column of COLUMNS) this.addSql(`alter table \`backups\` add column ${column}`);
    for (const [name, columns] of Object.entries(WIDER)) {
      this.addSql(`drop index \`${name}\``);
      this.#addIndex(name, [...columns, 'removed_at']);
    }
    for (const [name, columns] of Object.entries(ADDED)) this.#addIndex(name, columns);
    this.addSql(`
      create table \`pins\` (
        \`id\` integer not null primary key autoincrement,
        \`backup_id\` integer not null,
        \`kind\` text not null,
        \`reason\` text not null,
        \`made_by\` text not null,
        \`made_at\` datetime not null,
        \`ends_at\` datetime null,
        \`released_at\` datetime null,
        \`released_by\` text null
      )`);
    this.addSql('create index `pins_by_backup` on `pins` (`backup_id`, `id`)');
  }

  override down(): void {
    this.addSql('drop table if exists `pins`');
    for (const name of Object.keys(ADDED)) this.addSql(`drop index \`${name}\``);
    for (const [name, columns] of Object.entries(WIDER)) {
      this.addSql(`drop index \`${name}\``);
      this.#addIndex(name, columns);
    }
    for (const column of COLUMNS.toReversed())
      this.addSql(`alter table \`backups\` drop column ${column.split(' ', 1)[0]}`);
  }

  #addIndex(name: string, columns: readonly string[]): void {
    this.addSql(`create index \`${name}\` on \`backups\` (${columns.map(column => `\`${column}\``).join(', ')})`);
  }
}
